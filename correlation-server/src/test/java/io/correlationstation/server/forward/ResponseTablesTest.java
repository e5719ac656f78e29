// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import io.correlationstation.server.forward.Verdict.Outcome;
import io.grpc.Metadata;
import io.grpc.Status;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** each row of each destination's table. */
class ResponseTablesTest {

  private final Clock clock = Clock.systemUTC();
  private final OtlpResponses otlp = new OtlpResponses(clock);
  private final LokiResponses loki = new LokiResponses(clock);
  private final DatadogResponses datadog = new DatadogResponses(clock);

  @ParameterizedTest
  @CsvSource({
    "200, DELIVERED",
    "202, DELIVERED",
    "204, DELIVERED",
    "302, HOLD",
    "307, HOLD",
    "400, POISON",
    "401, HOLD",
    "403, HOLD",
    "404, HOLD",
    "405, HOLD",
    "408, RETRY",
    "413, TOO_LARGE",
    "415, POISON",
    "422, POISON",
    "429, RETRY_SMALLER",
    "500, SERVER_ERROR",
    "501, RETRY",
    "502, RETRY",
    "503, RETRY",
    "504, RETRY"
  })
  void x02_otlp(int status, Outcome outcome) {
    assertThat(otlp.judge(answer(status, "")).outcome()).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "200, DELIVERED",
    "204, DELIVERED",
    "260, HOLD",
    "302, HOLD",
    "400, PARTLY_TAKEN",
    "401, HOLD",
    "403, HOLD",
    "404, HOLD",
    "405, HOLD",
    "408, RETRY",
    "413, TOO_LARGE",
    "422, POISON",
    "429, RETRY_SMALLER",
    "500, RETRY",
    "502, RETRY",
    "503, RETRY",
    "504, RETRY"
  })
  void x02_loki(int status, Outcome outcome) {
    assertThat(loki.judge(answer(status, "")).outcome()).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "200, DELIVERED",
    "202, DELIVERED",
    "302, HOLD",
    "400, POISON",
    "401, HOLD",
    "403, HOLD",
    "408, RETRY",
    "413, TOO_LARGE",
    "429, RETRY",
    "500, RETRY",
    "503, RETRY"
  })
  void x02_datadog(int status, Outcome outcome) {
    assertThat(datadog.judge(answer(status, "")).outcome()).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "OK, DELIVERED",
    "CANCELLED, RETRY",
    "UNKNOWN, SERVER_ERROR",
    "INVALID_ARGUMENT, POISON",
    "DEADLINE_EXCEEDED, RETRY",
    "NOT_FOUND, HOLD",
    "ALREADY_EXISTS, POISON",
    "PERMISSION_DENIED, HOLD",
    "RESOURCE_EXHAUSTED, RETRY_SMALLER",
    "FAILED_PRECONDITION, POISON",
    "ABORTED, RETRY",
    "OUT_OF_RANGE, RETRY",
    "UNIMPLEMENTED, HOLD",
    "INTERNAL, SERVER_ERROR",
    "UNAVAILABLE, RETRY",
    "DATA_LOSS, RETRY",
    "UNAUTHENTICATED, HOLD"
  })
  void x02_grpc(Status.Code code, Outcome outcome) {
    assertThat(GrpcResponses.judge(code.toStatus(), null).outcome()).isEqualTo(outcome);
  }

  @Test
  void grpc_messageAboveTheServersLimit_isTooLarge() {
    Status status =
        Status.RESOURCE_EXHAUSTED.withDescription(
            "grpc: received message larger than max (5 vs. 4)");

    assertThat(GrpcResponses.judge(status, null).outcome()).isEqualTo(Outcome.TOO_LARGE);
  }

  @Test
  void grpc_retryInfo_isTheDelay() throws IOException {
    byte[] delay = message(out -> out.writeInt64(1, 5), out -> out.writeInt32(2, 500_000_000));
    byte[] info = message(out -> out.writeByteArray(1, delay));
    byte[] any =
        message(
            out -> out.writeString(1, "type.googleapis.com/google.rpc.RetryInfo"),
            out -> out.writeByteArray(2, info));
    byte[] details = message(out -> out.writeInt32(1, 8), out -> out.writeByteArray(3, any));

    assertThat(GrpcResponses.retryDelay(trailers(details))).isEqualTo(Duration.ofMillis(5500));
    assertThat(GrpcResponses.judge(Status.UNAVAILABLE, trailers(details)).retryAfter())
        .isEqualTo(Duration.ofMillis(5500));
  }

  @Test
  void grpc_detailsThatAreGarbage_askForNoDelay() {
    assertThat(GrpcResponses.retryDelay(trailers(new byte[] {26, 99, 1}))).isNull();
    assertThat(GrpcResponses.retryDelay(new Metadata())).isNull();
  }

  private static Metadata trailers(byte[] details) {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER), details);
    return trailers;
  }

  @Test
  void otlp_partialSuccess_countsWhatWasRejected() {
    byte[] body =
        ExportTraceServiceResponse.newBuilder()
            .setPartialSuccess(
                ExportTracePartialSuccess.newBuilder().setRejectedSpans(3).setErrorMessage("old"))
            .build()
            .toByteArray();

    Verdict verdict = otlp.judge(new Answer(200, null, "application/x-protobuf", body));

    assertThat(verdict.outcome()).isEqualTo(Outcome.DELIVERED);
    assertThat(verdict.rejected()).isEqualTo(3);
    assertThat(verdict.detail()).isEqualTo("old");
  }

  @Test
  void otlp_successWithABodyThatIsNotOtlp_isSuccessUnderAnotherCode() {
    Verdict verdict =
        otlp.judge(new Answer(200, null, "application/x-protobuf", new byte[] {10, 99}));

    assertThat(verdict.outcome()).isEqualTo(Outcome.DELIVERED);
    assertThat(verdict.code()).isEqualTo("200_unreadable");
  }

  @Test
  void loki_badRequest_saysHowManyWereIgnored() {
    String body =
        "entry with timestamp 2026-11-05 05:07:25 +0000 UTC ignored, reason: 'entry too far"
            + " behind',\n"
            + "user 'fake', total ignored: 2 out of 5 for stream: {service=\"arda\"}\n"
            + "user 'fake', total ignored: 1 out of 4 for stream: {service=\"beorn\"}";

    assertThat(loki.judge(answer(400, body)).rejected()).isEqualTo(3);
    assertThat(loki.judge(answer(400, "something else")).rejected()).isZero();
  }

  @Test
  void answer_binaryAndLongBodies_becomeOneShortLine() {
    Answer answer = answer(400, "\u0008\u0003\u0012\u0010trace id\nis bad " + "x".repeat(1000));

    assertThat(answer.text()).contains("trace id is bad").doesNotContain("\n").hasSize(301);
  }

  private static Answer answer(int status, String body) {
    return new Answer(status, null, "text/plain", body.getBytes(StandardCharsets.UTF_8));
  }

  private interface Field {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Field... fields) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    for (Field field : fields) {
      field.write(out);
    }
    out.flush();
    return bytes.toByteArray();
  }
}
