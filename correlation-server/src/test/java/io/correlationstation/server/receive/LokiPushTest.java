// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import io.correlationstation.server.journal.JournalRefusedException;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyFramedOutputStream;

class LokiPushTest {

  private static final long NOW = 1_750_000_000_123_456_789L;
  private static final String LABELS = "{job=\"arda\", env=\"dev\"}";
  private static final String PROTOBUF = "application/x-protobuf";

  private final ReceiverFixture fixture = new ReceiverFixture();

  @AfterEach
  void close() {
    fixture.close();
    fixture.assertAccounting();
  }

  @Test
  void push_L01_asAlloySends_is204() throws Exception {
    byte[] body = request(stream(LABELS, logEntry(NOW, "one"), logEntry(NOW + 1, "two")));

    HttpResponse<byte[]> response =
        push(PROTOBUF, Snappy.compress(body), "Content-Encoding", "snappy");

    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(response.body()).isEmpty();
    assertThat(bodies()).containsExactly("one", "two");
    assertThat(Otlp.records(fixture.journal.frames()).get(0).getTimeUnixNano()).isEqualTo(NOW);
    assertThat(fixture.journal.frames().get(0).headers()).containsEntry("source", "loki");
  }

  @ParameterizedTest
  @ValueSource(strings = {PROTOBUF, ""})
  void push_L02_asPromtailSends_is204(String contentType) throws Exception {
    byte[] body = request(stream(LABELS, logEntry(NOW, "one")));

    assertThat(push(contentType, Snappy.compress(body)).statusCode()).isEqualTo(204);

    assertThat(bodies()).containsExactly("one");
  }

  @Test
  void push_L03_framedSnappy_is204() throws Exception {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    try (SnappyFramedOutputStream out = new SnappyFramedOutputStream(framed)) {
      out.write(request(stream(LABELS, logEntry(NOW, "one"))));
    }

    assertThat(push(PROTOBUF, framed.toByteArray()).statusCode()).isEqualTo(204);

    assertThat(bodies()).containsExactly("one");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void push_L04_json_is204(boolean gzip) throws Exception {
    byte[] json =
        """
        {"streams":[{"stream":{"service_name":"beorn"},"values":[
          ["1750000000123456789","line one",{"trace_id":"000102030405060708090a0b0c0d0e0f"}],
          ["1750000000123456790","line two"]]}]}
        """
            .getBytes(UTF_8);

    HttpResponse<byte[]> response =
        gzip
            ? push("application/json", gzip(json), "Content-Encoding", "gzip")
            : push("application/json", json);

    assertThat(response.statusCode()).isEqualTo(204);
    assertThat(bodies()).containsExactly("line one", "line two");
    assertThat(seen(LogView::service)).containsOnly("beorn");
    assertThat(seen(LogView::traceId)).containsExactly("000102030405060708090a0b0c0d0e0f", null);
  }

  /** Labels before the entries or behind them, a stranger among the streams, other members. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'streams':[{'stream':{'app':'a'},'values':[['1','x']]},{'stream':{'app':'b'},"
            + "'values':[['2','y']]}]}",
        "{'more':[{'values':1}],'streams':[{'values':[['1','x']],'stream':{'app':'a'}},7,"
            + "{'stream':{'app':'b'},'values':[['2','y']],'z':{}}]}",
      })
  void push_jsonInAnyOrder_isReadStreamByStream(String json) throws Exception {
    byte[] body = json.replace('\'', '"').getBytes(UTF_8);

    assertThat(push("application/json", body).statusCode()).isEqualTo(204);

    assertThat(bodies()).containsExactly("x", "y");
    assertThat(seen(LogView::service)).containsExactly("a", "b");
  }

  @Test
  void push_jsonThatEndsTooEarly_storesNothingOfIt() {
    byte[] body =
        "{\"streams\":[{\"stream\":{\"app\":\"a\"},\"values\":[[\"1\",\"x\"]".getBytes(UTF_8);

    assertThat(push("application/json", body).statusCode()).isEqualTo(400);
    assertThat(fixture.journal.frames()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{}",
        "{\"streams\":1}",
        "{\"streams\":[{\"stream\":{\"a\":\"b\"}}]}",
        "{\"streams\":[{\"stream\":{\"a\":\"b\"},\"values\":[[1750000000123456789,\"line\"]]}]}",
        "{\"streams\":[{\"stream\":{\"a\":\"b\"},\"values\":[[\"1750000000123456789\",5]]}]}",
        "{\"streams\":[{\"stream\":{\"a\":1},\"values\":[[\"1750000000123456789\",\"l\"]]}]}",
        "{\"streams\":[{\"stream\":{\"a\":\"b\"},\"values\":[[\"9223372036854775808\",\"l\"]]}]}",
      })
  void push_L05L13_nothingReadable_is400(String json) {
    assertThat(push("application/json", json.getBytes(UTF_8)).statusCode()).isEqualTo(400);

    assertThat(fixture.journal.frames()).isEmpty();
  }

  @Test
  void push_empty_is204() throws Exception {
    assertThat(push("application/json", "{\"streams\":[]}".getBytes(UTF_8)).statusCode())
        .isEqualTo(204);
    assertThat(push(PROTOBUF, Snappy.compress(new byte[0])).statusCode()).isEqualTo(204);

    assertThat(fixture.journal.frames()).isEmpty();
  }

  @Test
  void push_L06_labels_becomeResourceAttributes() throws Exception {
    byte[] body =
        request(
            stream(
                "{ app = \"a\\\"b\\\\c\\nd\\u00e9\", path=\"C:\\\\x\",  app=\"last\" , }",
                logEntry(NOW, "one")));

    assertThat(push(PROTOBUF, Snappy.compress(body)).statusCode()).isEqualTo(204);

    LogScan.scan(
        fixture.journal.frames().get(0).payload(),
        log ->
            assertThat(log.resourceAttributes())
                .containsOnly(
                    entry("service.name", "last"), entry("app", "last"), entry("path", "C:\\x")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|{}",
        "{a=\"b\"}|{a=b}",
        "{a=\"\\u00e9\\x41\\t\"}|{a=éA\t}",
        "{a=\"}\"}|{a=}}",
        "{a=\"b\"|",
        "{a=b}|",
        "{=\"b\"}|",
        "{a=\"b\"} x|",
        "{a=\"\\q\"}|",
        "a=\"b\"|",
        "{a=\"b\" c=\"d\"}|",
      })
  void parse_L06_labels(String text, @Nullable String expected) {
    Map<String, String> labels = LokiLabels.parse(text);

    assertThat(labels == null ? null : labels.toString())
        .isEqualTo(expected == null ? null : expected.replace("\\t", "\t"));
  }

  @Test
  void push_L07_structuredMetadata_isKept() throws Exception {
    byte[] body =
        request(stream(LABELS, logEntry(NOW, "one", "straße", "Größe 😀", "level", "warning")));

    push(PROTOBUF, Snappy.compress(body));

    LogScan.scan(
        fixture.journal.frames().get(0).payload(),
        log -> {
          assertThat(log.attributes()).containsEntry("straße", "Größe 😀");
          assertThat(log.severityNumber()).isEqualTo(13);
        });
  }

  /** Log files of the orchestrator are tailed as they are; other services keep what they say. */
  @ParameterizedTest
  @CsvSource({
    "mdso-scriptplan, ******, ******",
    "mdso-log-collector, ******, ******",
    "blueplanet, ******, ******",
    "beorn, hunter2, tomtom"
  })
  void push_secretsOfTheOrchestrator_areMasked(String service, String inLine, String inMetadata)
      throws Exception {
    byte[] body =
        request(
            stream(
                "{service=\"" + service + "\"}",
                logEntry(NOW, "login {'password': 'hunter2'} failed", "api_key", "tomtom")));

    push(PROTOBUF, Snappy.compress(body));

    assertThat(bodies()).containsExactly("login {'password': '" + inLine + "'} failed");
    assertThat(seen(log -> log.attributes().get("api_key"))).containsExactly(inMetadata);
  }

  @Test
  void push_L08_oneBadEntry_othersAreStored() throws Exception {
    byte[] body =
        request(
            stream(
                LABELS, logEntry(NOW, "one"), logEntry(-5, "before 1970"), logEntry(NOW, "two")));

    assertThat(push(PROTOBUF, Snappy.compress(body)).statusCode()).isEqualTo(204);

    assertThat(bodies()).containsExactly("one", "two");
    assertThat(fixture.counted("corr_receiver_rejected_items", Map.of("transport", "loki")))
        .isEqualTo(1);
  }

  @Test
  void push_L09_journalFull_is503() throws Exception {
    fixture.journal.fail(new JournalRefusedException("full", "full", Duration.ofSeconds(2)));

    HttpResponse<byte[]> response =
        push(PROTOBUF, Snappy.compress(request(stream(LABELS, logEntry(NOW, "one")))));

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).hasValue("2");
  }

  @Test
  void push_L10L11_orderAndRepeatsInOneBatch_areKept() throws Exception {
    byte[] body =
        request(
            stream(
                LABELS,
                logEntry(NOW + 2, "c"),
                logEntry(NOW, "a"),
                logEntry(NOW, "a"),
                logEntry(NOW + 1, "b")));

    push(PROTOBUF, Snappy.compress(body));

    assertThat(bodies()).containsExactly("c", "a", "a", "b");
  }

  @Test
  void push_L12_snappyHeaderClaimsFourGigabytes_is413() {
    byte[] claim = {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 0};

    assertThat(push(PROTOBUF, claim).statusCode()).isEqualTo(413);
  }

  @ParameterizedTest
  @CsvSource({"trace_id", "traceID", "trace.id", "traceId"})
  void push_L14_traceIdInMetadata_isTheRecords(String name) throws Exception {
    byte[] body =
        request(stream(LABELS, logEntry(NOW, "one", name, "000102030405060708090A0b0c0d0e0f")));

    push(PROTOBUF, Snappy.compress(body));

    assertThat(seen(LogView::traceId)).containsExactly("000102030405060708090a0b0c0d0e0f");
  }

  @Test
  void push_lineThatNamesKeys_isKeptWithTheKeysBesideIt() throws Exception {
    String line = "TEST LOG resource_id=550e8400-e29b-41d4-a716-446655440000 circuit_id=test-123";

    push(PROTOBUF, Snappy.compress(request(stream(LABELS, logEntry(NOW, line)))));

    LogScan.scan(
        fixture.journal.frames().get(0).payload(),
        log -> {
          assertThat(log.body()).isEqualTo(line);
          assertThat(log.attributes())
              .containsOnly(
                  entry("resource_id", "550e8400-e29b-41d4-a716-446655440000"),
                  entry("circuit_id", "test-123"));
          assertThat(log.traceId()).isNull();
        });
  }

  private HttpResponse<byte[]> push(String contentType, byte[] body, String... headers) {
    return fixture.post(fixture.main("/loki/api/v1/push"), contentType, body, headers);
  }

  private List<String> bodies() throws Exception {
    return Otlp.records(fixture.journal.frames()).stream()
        .map(LogRecord::getBody)
        .map(body -> body.getStringValue())
        .toList();
  }

  private <T> List<T> seen(Function<LogView, T> field) {
    List<T> values = new ArrayList<>();
    fixture
        .journal
        .frames()
        .forEach(frame -> LogScan.scan(frame.payload(), log -> values.add(field.apply(log))));
    return values;
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(compressed)) {
      out.write(body);
    }
    return compressed.toByteArray();
  }

  private static byte[] request(byte[]... streams) {
    return message(
        out -> {
          for (byte[] stream : streams) {
            out.writeByteArray(1, stream);
          }
        });
  }

  private static byte[] stream(String labels, byte[]... entries) {
    return message(
        out -> {
          out.writeString(1, labels);
          for (byte[] entry : entries) {
            out.writeByteArray(2, entry);
          }
        });
  }

  private static byte[] logEntry(long nanos, String line, String... metadata) {
    return message(
        out -> {
          out.writeByteArray(
              1,
              message(
                  time -> {
                    time.writeInt64(1, nanos / 1_000_000_000);
                    time.writeInt32(2, (int) (nanos % 1_000_000_000));
                  }));
          out.writeString(2, line);
          for (int i = 0; i < metadata.length; i += 2) {
            String name = metadata[i];
            String value = metadata[i + 1];
            out.writeByteArray(
                3,
                message(
                    pair -> {
                      pair.writeString(1, name);
                      pair.writeString(2, value);
                    }));
          }
        });
  }

  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
