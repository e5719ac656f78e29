// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.google.protobuf.ByteString;
import io.correlationstation.server.forward.FakeLoki.Stored;
import io.correlationstation.server.forward.LokiBatch.Line;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LokiEncoderTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

  private final List<String> refusals = new ArrayList<>();
  private final LokiEncoder encoder = new LokiEncoder(LokiOptions.DEFAULT);

  @Test
  void k01_goldenBytes() {
    Frame frame =
        Frames.logs(Resource.getDefaultInstance(), Frames.record(1_000_000_002L, "hi").build());

    byte[] request = LokiBatch.of(null, lines(encoder, frame)).payload();

    // streams { labels: {env="dev", service="unknown_service"}, entries { timestamp 1 s 2 ns, line
    // } }
    String selector = "{env=\"dev\", service=\"unknown_service\"}";
    String expected =
        "0a34" + "0a26" + hex(selector) + "120a" + "0a0408011002" + "1202" + hex("hi");
    assertThat(HexFormat.of().formatHex(request)).isEqualTo(expected);
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void encode_record_isTheBodyWithEverythingElseAsMetadata() throws IOException {
    LogRecord record =
        Frames.record(Frames.NOW, "unable to connect")
            .setTraceId(ByteString.fromHex(TRACE))
            .setSpanId(ByteString.fromHex("b7ad6b7169203331"))
            .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_ERROR)
            .setSeverityText("ERROR")
            .setEventName("error_categorised")
            .addAttributes(Frames.attribute("circuit_id", "80.L1XX.000001..TEST"))
            .addAttributes(list("mdso.codes", "DE-1000", "DE-1001"))
            .build();
    Resource resource =
        Frames.resource("arda").toBuilder()
            .addAttributes(Frames.attribute("host.name", "host-1"))
            .addAttributes(Frames.attribute("deployment.environment", "lab"))
            .build();

    Stored line = only(Frames.logs(resource, record));

    assertThat(line.stream()).isEqualTo("{env=\"lab\", service=\"arda\"}");
    assertThat(line.line()).isEqualTo("unable to connect");
    assertThat(line.nanos()).isEqualTo(Frames.NOW);
    assertThat(line.metadata())
        .containsExactly(
            entry("trace_id", TRACE),
            entry("span_id", "b7ad6b7169203331"),
            entry("severity_number", "17"),
            entry("severity_text", "ERROR"),
            entry("event_name", "error_categorised"),
            entry("circuit_id", "80.L1XX.000001..TEST"),
            entry("mdso_codes", "[\"DE-1000\",\"DE-1001\"]"),
            entry("host_name", "host-1"));
  }

  private static KeyValue list(String key, String... values) {
    ArrayValue.Builder array = ArrayValue.newBuilder();
    for (String value : values) {
      array.addValues(Frames.text(value));
    }
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setArrayValue(array))
        .build();
  }

  @Test
  void k03_lineAtTheLimit_isOneLine() throws IOException {
    assertThat(entries(Frames.logs("x".repeat(LokiEncoder.MAX_LINE_BYTES)))).hasSize(1);
  }

  @Test
  void k03_lineAboveTheLimit_isSplitIntoNumberedParts() throws IOException {
    String body = "ä".repeat(LokiEncoder.MAX_LINE_BYTES) + "!";

    List<Stored> parts = entries(Frames.logs(body));

    assertThat(parts)
        .extracting(part -> part.metadata().get("part"))
        .containsExactly("1/3", "2/3", "3/3");
    assertThat(String.join("", parts.stream().map(Stored::line).toList())).isEqualTo(body);
    assertThat(parts)
        .allMatch(
            part ->
                part.line().getBytes(StandardCharsets.UTF_8).length <= LokiEncoder.MAX_LINE_BYTES);
    assertThat(lines(encoder, Frames.logs(body)).stream().mapToInt(Line::items).sum()).isEqualTo(1);
  }

  @Test
  void k03_moreMetadataThanAllowed_isFoldedIntoOneEntry() throws IOException {
    LogRecord.Builder record = Frames.record(Frames.NOW, "x").setTraceId(ByteString.fromHex(TRACE));
    for (int i = 0; i < 200; i++) {
      record.addAttributes(Frames.attribute("key" + i, "value" + i));
    }

    Map<String, String> metadata =
        only(Frames.logs(Frames.resource("arda"), record.build())).metadata();

    assertThat(metadata).containsOnlyKeys("trace_id", "attributes");
    assertThat(metadata.get("attributes")).contains("\"key199\":\"value199\"");
  }

  @Test
  void k03_metadataAtTheLimits_staysAsItIs() throws IOException {
    LogRecord.Builder record = Frames.record(Frames.NOW, "x");
    for (int i = 0; i < LokiEncoder.MAX_METADATA_ENTRIES; i++) {
      record.addAttributes(Frames.attribute("k" + i, "v"));
    }

    assertThat(only(Frames.logs(Frames.resource("arda"), record.build())).metadata())
        .hasSize(LokiEncoder.MAX_METADATA_ENTRIES)
        .doesNotContainKey("attributes");
  }

  @Test
  void k03_metadataThatDoesNotFitEvenFolded_isRefused() {
    LogRecord record =
        Frames.record(Frames.NOW, "x")
            .addAttributes(Frames.attribute("stack", "y".repeat(LokiEncoder.MAX_METADATA_BYTES)))
            .build();

    assertThat(lines(encoder, Frames.logs(Frames.resource("arda"), record))).isEmpty();
    assertThat(refusals).containsExactly("metadata_too_large");
  }

  @Test
  void k03_labelValueAboveTheLimit_isCutWithItsHash() throws IOException {
    String service = "s".repeat(3000);

    String value =
        FakeLoki.labels(
                only(Frames.logs(Frames.resource(service), Frames.record(1, "x").build())).stream())
            .get("service");

    assertThat(value.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(2048);
    assertThat(value).startsWith("sss").matches(".*…sha256=[0-9a-f]{16}");
  }

  @Test
  void k05_manyTraces_areFewStreams() throws IOException {
    LogRecord[] records = new LogRecord[1000];
    for (int i = 0; i < records.length; i++) {
      String id = "%032x".formatted(i + 1);
      records[i] = Frames.record(Frames.NOW, "x").setTraceId(ByteString.fromHex(id)).build();
    }

    assertThat(entries(Frames.logs(Frames.resource("arda"), records)))
        .extracting(Stored::stream)
        .containsOnly("{env=\"dev\", service=\"arda\"}");
  }

  @Test
  void k09_attributesThatBecomeOneLabel_keepBothValues() throws IOException {
    LokiOptions options =
        new LokiOptions(
            "dev", List.of("host.name", "host_name"), LokiOptions.DEFAULT.maxSampleAge());
    Resource resource =
        Frames.resource("arda").toBuilder()
            .addAttributes(Frames.attribute("host.name", "one"))
            .addAttributes(Frames.attribute("host_name", "two"))
            .build();

    List<Line> lines =
        lines(new LokiEncoder(options), Frames.logs(resource, Frames.record(1, "x").build()));

    Stored line = FakeLoki.decode(LokiBatch.of(null, lines).payload()).get(0);
    assertThat(line.stream()).isEqualTo("{env=\"dev\", host_name=\"one\", service=\"arda\"}");
    assertThat(line.metadata()).containsExactly(entry("host_name", "two"));
  }

  /** What is no UTF-8 at all gets a character that says so; Loki would refuse the request. */
  @Test
  void k09_labelThatIsNoUtf8_isReplaced() throws IOException {
    Frame frame = Frames.logs(Frames.resource("arda-?"), Frames.record(1, "x").build());
    byte[] payload = frame.payload().clone();
    payload[new String(payload, StandardCharsets.ISO_8859_1).indexOf("arda-?") + 5] = (byte) 0xc3;

    Stored line = only(new Frame(Signal.LOGS, Frames.NOW, 1, Map.of(), payload));

    assertThat(FakeLoki.labels(line.stream())).containsEntry("service", "arda-\ufffd");
  }

  @Test
  void k10_emptyLine_isKept() throws IOException {
    assertThat(only(Frames.logs("")).line()).isEmpty();
  }

  @Test
  void k11_noTime_isTheTimeOfReceipt() throws IOException {
    assertThat(only(Frames.logs(0, "x")).nanos()).isEqualTo(Frames.NOW);
  }

  @Test
  void k14_namesThatBecomeOne_keepBothValues() throws IOException {
    LogRecord record =
        Frames.record(Frames.NOW, "x")
            .addAttributes(Frames.attribute("a.b", "1"))
            .addAttributes(Frames.attribute("a_b", "2"))
            .addAttributes(Frames.attribute("a-b", "1"))
            .build();

    assertThat(only(Frames.logs(Frames.resource("arda"), record)).metadata())
        .containsExactly(entry("a_b", "1"), entry("a_b_2", "2"));
  }

  @Test
  void encode_attributeGivenSeveralTimes_keepsTheFirstAndTheRecordsOwn() throws IOException {
    LogRecord record =
        Frames.record(Frames.NOW, "Größe")
            .addAttributes(Frames.attribute("host.name", "höst"))
            .addAttributes(Frames.attribute("host.name", "again"))
            .build();
    Resource resource =
        Frames.resource("arda").toBuilder()
            .addAttributes(Frames.attribute("host.name", "host-1"))
            .addAttributes(Frames.attribute("host.type", "vm"))
            .build();

    Stored line = only(Frames.logs(resource, record));

    assertThat(line.line()).isEqualTo("Größe");
    assertThat(line.metadata())
        .containsExactly(entry("host_name", "höst"), entry("host_type", "vm"));
  }

  @Test
  void encode_labelOnOneRecord_holdsForThatRecordOnly() throws IOException {
    LogRecord plain =
        Frames.record(Frames.NOW, "x").addAttributes(Frames.attribute("a", "1")).build();
    LogRecord labelled = plain.toBuilder().addAttributes(Frames.attribute("env", "lab")).build();

    List<Stored> lines = entries(Frames.logs(Frames.resource("arda"), plain, labelled, plain));

    assertThat(lines)
        .extracting(Stored::stream)
        .containsExactlyInAnyOrder(
            "{env=\"dev\", service=\"arda\"}",
            "{env=\"lab\", service=\"arda\"}",
            "{env=\"dev\", service=\"arda\"}");
    assertThat(lines)
        .extracting(Stored::metadata)
        .allSatisfy(metadata -> assertThat(metadata).containsExactly(entry("a", "1")));
  }

  @Test
  void k15_clockFarAhead_isTheTimeOfReceiptAndKeepsItsOwn() throws IOException {
    long ahead = Frames.NOW + Duration.ofMinutes(11).toNanos();

    Stored line = only(Frames.logs(ahead, "x"));

    assertThat(line.nanos()).isEqualTo(Frames.NOW);
    assertThat(line.metadata()).containsEntry("original_timestamp", Long.toString(ahead));
  }

  @Test
  void encode_clockSomewhatAhead_isLeftAlone() throws IOException {
    long ahead = Frames.NOW + Duration.ofMinutes(9).toNanos();

    assertThat(only(Frames.logs(ahead, "x")).nanos()).isEqualTo(ahead);
  }

  @Test
  void r57_nanoseconds_surviveToTheDigit() throws IOException {
    assertThat(only(Frames.logs(1_750_000_000_123_456_789L, "x")).nanos())
        .isEqualTo(1_750_000_000_123_456_789L);
  }

  @Test
  void encode_sameFrameTwice_givesTheSameBytes() {
    Frame frame = Frames.logs("a", "b");

    byte[] first = LokiBatch.of(null, lines(new LokiEncoder(LokiOptions.DEFAULT), frame)).payload();
    byte[] second = LokiBatch.of(null, lines(encoder, frame)).payload();

    assertThat(second).isEqualTo(first);
  }

  @Test
  void encode_pushedByALokiClient_keepsItsLabelsUpToSixAndNeverAnId() throws IOException {
    Resource.Builder stream =
        Resource.newBuilder()
            .addAttributes(Frames.attribute("service.name", "mdso"))
            .addAttributes(Frames.attribute("service", "mdso"))
            .addAttributes(Frames.attribute("env", "lab"))
            .addAttributes(Frames.attribute("host", "host-1"))
            .addAttributes(Frames.attribute("circuit_id", "80.L1XX.000001..TEST"));
    for (String name : List.of("a", "b", "c", "d")) {
      stream.addAttributes(Frames.attribute(name, name));
    }
    Frame frame = Frames.logs(stream.build(), Frames.record(Frames.NOW, "as it was").build());
    Frame pushed = new Frame(Signal.LOGS, Frames.NOW, 1, Map.of("source", "loki"), frame.payload());

    Stored line = only(pushed);

    assertThat(line.stream())
        .isEqualTo("{a=\"a\", b=\"b\", c=\"c\", env=\"lab\", host=\"host-1\", service=\"mdso\"}");
    assertThat(line.line()).isEqualTo("as it was");
    assertThat(line.metadata())
        .containsExactly(entry("circuit_id", "80.L1XX.000001..TEST"), entry("d", "d"));
  }

  @Test
  void encode_extraLabels_becomeLabels() throws IOException {
    LokiOptions options =
        new LokiOptions("dev", List.of("host.name"), LokiOptions.DEFAULT.maxSampleAge());
    Resource resource =
        Frames.resource("arda").toBuilder()
            .addAttributes(Frames.attribute("host.name", "h"))
            .build();

    List<Line> lines =
        lines(new LokiEncoder(options), Frames.logs(resource, Frames.record(1, "x").build()));

    assertThat(lines.get(0).selector())
        .isEqualTo("{env=\"dev\", host_name=\"h\", service=\"arda\"}");
  }

  private Stored only(Frame frame) throws IOException {
    List<Stored> entries = entries(frame);
    assertThat(entries).hasSize(1);
    return entries.get(0);
  }

  private List<Stored> entries(Frame frame) throws IOException {
    return FakeLoki.decode(LokiBatch.of(null, lines(encoder, frame)).payload());
  }

  private List<Line> lines(LokiEncoder encoder, Frame frame) {
    List<Line> lines = new ArrayList<>();
    encoder.encode(
        frame,
        new LokiEncoder.Sink() {
          @Override
          public void line(long timeNanos, Line line) {
            lines.add(line);
          }

          @Override
          public void refused(String reason, List<Line> refused) {
            refusals.add(reason);
          }
        });
    return lines;
  }
}
