// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.MalformedOtlpException;
import io.correlationstation.server.otlp.OtlpAnswers;
import io.correlationstation.server.otlp.OtlpJson;
import io.correlationstation.server.otlp.OtlpSieve;
import io.correlationstation.server.otlp.Rejected;

/** OTLP/HTTP for one signal, in protobuf and JSON. */
final class OtlpDialect implements Dialect {

  static final String PROTOBUF = "application/x-protobuf";

  private final Signal signal;

  OtlpDialect(Signal signal) {
    this.signal = signal;
  }

  @Override
  public Signal signal() {
    return signal;
  }

  @Override
  public String transport() {
    return "http";
  }

  /** Protobuf is kept as it came; JSON is converted in an array that grows. */
  @Override
  public long workingBytes(String contentType, int bodyBytes) {
    return contentType.equals(PROTOBUF) ? 0 : 2L * bodyBytes;
  }

  @Override
  public void checkType(String contentType) throws Refusal {
    if (!contentType.equals(PROTOBUF) && !contentType.equals(Answer.JSON)) {
      throw Refusal.unsupported(
          "unsupported media type, supported: " + Answer.JSON + ", " + PROTOBUF);
    }
  }

  @Override
  public Submission read(Delivery delivery) throws Refusal {
    try {
      return delivery.contentType().equals(Answer.JSON)
          ? readJson(delivery)
          : readProtobuf(delivery, delivery.body(), Rejected.NONE);
    } catch (MalformedOtlpException e) {
      throw Refusal.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private Submission readJson(Delivery delivery) throws MalformedOtlpException {
    OtlpJson.Converted converted =
        switch (signal) {
          case TRACES -> OtlpJson.traces(delivery.body());
          case LOGS -> OtlpJson.logs(delivery.body());
          default -> OtlpJson.metrics(delivery.body());
        };
    Rejected rejected =
        converted.recognized() ? converted.rejected() : Rejected.warning("no member is known");
    return readProtobuf(delivery, converted.payload(), rejected);
  }

  /** Reads protobuf, as it came or as it was converted to. */
  Submission readProtobuf(Delivery delivery, byte[] payload, Rejected before)
      throws MalformedOtlpException {
    OtlpSieve.Sieved sieved =
        switch (signal) {
          case TRACES -> OtlpSieve.traces(payload);
          case LOGS -> OtlpSieve.logs(payload, delivery.receivedNanos());
          default -> OtlpSieve.metrics(payload);
        };
    Frame frame =
        new Frame(
            signal,
            delivery.receivedNanos(),
            sieved.items(),
            delivery.frameHeaders(null),
            sieved.payload());
    return new Submission(frame, before.plus(sieved.rejected()), "", !sieved.stamped());
  }

  @Override
  public Answer success(Delivery delivery, Outcome outcome) {
    int rejected = outcome.rejected().items();
    String message = outcome.rejected().message();
    byte[] body =
        delivery.contentType().equals(Answer.JSON)
            ? OtlpAnswers.successJson(counter(), rejected, message)
            : OtlpAnswers.success(rejected, message);
    return new Answer(200, delivery.contentType(), body);
  }

  private String counter() {
    return switch (signal) {
      case TRACES -> "rejectedSpans";
      case LOGS -> "rejectedLogRecords";
      default -> "rejectedDataPoints";
    };
  }

  @Override
  public Answer refusal(String contentType, Refusal refusal) {
    return status(contentType, refusal);
  }

  /** A {@code Status} in protobuf when that is what the request declared, else in JSON. */
  static Answer status(String contentType, Refusal refusal) {
    int code = refusal.kind().grpcCode;
    boolean protobuf = contentType.equals(PROTOBUF);
    byte[] body =
        protobuf
            ? OtlpAnswers.status(code, refusal.text(), refusal.retryAfterSeconds())
            : OtlpAnswers.statusJson(code, refusal.text(), refusal.retryAfterSeconds());
    return new Answer(refusal.kind().httpStatus, protobuf ? PROTOBUF : Answer.JSON, body);
  }
}
