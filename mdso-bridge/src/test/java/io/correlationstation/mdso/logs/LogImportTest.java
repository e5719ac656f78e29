// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import static io.correlationstation.mdso.RecordingSink.attribute;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.mdso.RecordingSink;
import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.errors.RuleSet;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogImportTest {

  private static final Instant NOW = Instant.parse("2025-01-02T00:00:00Z");
  private static final RuleSet RULES = RuleBook.open(null).rules();
  private static final String PLAN_NAME =
      "plan-script-55555555-5555-4555-8555-555555555555-activate-2025-01-01T00:00:05.000Z";

  @TempDir Path folder;

  private final RecordingSink sink = new RecordingSink();
  private final MapPositions positions = new MapPositions();
  private final LogImport logImport = new LogImport(sink, Clock.fixed(NOW, ZoneOffset.UTC), "test");

  @Test
  void read_planLog_takesTimeResourceAndTraceFromNameAndParameters() throws Exception {
    Path file =
        write(
            PLAN_NAME,
            "Input params: {'uri': 'https://mdso.example.com', 'traceId':"
                + " 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', 'password': 'hunter2'}\n"
                + "Starting execution for scripts.example.circuitdetailscollector.Activate\n"
                + " ###### STARTING PROCESSING ######\n"
                + "GET https://mdso.example.com/a?b=c\n"
                + "    status 200\n"
                + "Error in scripts.example.circuitdetailscollector.Activate, unable to connect to"
                + " device EXPLTXAA01W.  Please check file: x\n"
                + "Completing execution for scripts.example.circuitdetailscollector.Activate,"
                + " elapsed time: 61 secs\n");

    assertThat(read(file)).isEqualTo(6);

    List<LogRecord> records = sink.records("mdso-scriptplan");
    assertThat(records)
        .allSatisfy(
            record -> {
              assertThat(record.getTimeUnixNano()).isEqualTo(1_735_689_605_000_000_000L);
              assertThat(attribute(record, "resource_id"))
                  .isEqualTo("55555555-5555-4555-8555-555555555555");
              assertThat(attribute(record, "mdso.operation")).isEqualTo("activate");
              assertThat(record.getTraceId().size()).isEqualTo(16);
            });
    assertThat(records.get(3).getBody().getStringValue()).endsWith("\n    status 200");
    assertThat(records.get(4).getSeverityText()).isEqualTo("ERROR");
    assertThat(attribute(records.get(4), "mdso.defect_code")).isEqualTo("DE-1001");
    assertThat(attribute(records.get(5), "mdso.elapsed_time")).isEqualTo("61");
    assertThat(sink.everything()).doesNotContain("hunter2", "b=c");
  }

  @Test
  void read_again_sendsOnlyWhatIsNew() throws Exception {
    Path file = write("a.log", "one\ntwo\n");
    assertThat(read(file)).isEqualTo(2);

    Files.writeString(file, "three\n", StandardOpenOption.APPEND);

    assertThat(read(file)).isEqualTo(1);
    assertThat(bodies()).containsExactly("one", "two", "three");
  }

  @Test
  void read_lineWithoutEnd_waitsForItsRest() throws Exception {
    Path file = write("a.log", "one\ntw");
    Files.setLastModifiedTime(file, FileTime.from(NOW));
    read(file);
    assertThat(bodies()).containsExactly("one");

    Files.writeString(file, "o\n", StandardOpenOption.APPEND);
    read(file);

    assertThat(bodies()).containsExactly("one", "two");
  }

  @Test
  void read_lineWithoutEndOfAFileAtRest_isTaken() throws Exception {
    Path file = write("a.log", "one\ntw");
    Files.setLastModifiedTime(file, FileTime.from(NOW.minusSeconds(61)));

    read(file);

    assertThat(bodies()).containsExactly("one", "tw");
  }

  @Test
  void read_crlfAndInvalidUtf8_areLines() throws Exception {
    Path file = folder.resolve("a.log");
    Files.write(file, "one\r\ntw\u00ff\r\n".getBytes(StandardCharsets.ISO_8859_1));

    read(file);

    assertThat(bodies()).containsExactly("one", "tw\ufffd");
  }

  @Test
  void read_traceback_isOneRecord() throws Exception {
    Path file =
        write(
            "a.log",
            "2025-01-01 00:00:00,000 - plan - ERROR - failed\nTraceback (most recent call last):\n"
                + "  File \"a.py\", line 1, in run\nKeyError: 'portname'\n"
                + "2025-01-01 00:00:01,000 - plan - INFO - next\n");

    assertThat(read(file)).isEqualTo(2);
    assertThat(sink.records("mdso-scriptplan").get(0).getBody().getStringValue())
        .endsWith("KeyError: 'portname'");
  }

  @Test
  void read_renamedFile_isNotReadAgain() throws Exception {
    String content = "a line that is long enough to recognise a file by, twice over\n".repeat(3);
    Path file = write("a.log", content);
    read(file);

    Path renamed = Files.move(file, folder.resolve("a.log.1"));

    assertThat(LogImport.followRenames(List.of(renamed), positions))
        .containsExactly(new LogImport.Archived(file.toString(), renamed));
    assertThat(logImport.hasNew(renamed, positions)).isFalse();
  }

  @Test
  void read_rotatedFiles_readsWhatIsNewOfEach() throws Exception {
    String old = "the oldest file, long enough to be recognised by how it begins, is here\n";
    String last = "the file before, long enough to be recognised by how it begins, as well\n";
    Path first = write("a.log", last);
    Path second = write("a.log.1", old);
    read(first);
    read(second);

    Path third = Files.move(second, folder.resolve("a.log.2"));
    Files.move(first, second);
    Files.writeString(second, "written before the rotation\n", StandardOpenOption.APPEND);
    write("a.log", "the newest file, which begins in a way of its own and is read as a whole\n");
    List<Path> all = List.of(first, second, third);

    assertThat(LogImport.followRenames(all, positions))
        .containsExactly(
            new LogImport.Archived(first.toString(), second),
            new LogImport.Archived(second.toString(), third));
    assertThat(List.of(read(first), read(second), read(third))).containsExactly(1L, 1L, 0L);
    assertThat(LogImport.followRenames(all, positions)).isEmpty();
  }

  @Test
  void read_newFileThatBeginsAsOneThatIsStillThere_isReadWhole() throws Exception {
    String banner = "# a banner that every log of this program begins with, licence included\n";
    Path known = write("a.log", banner + "one\n");
    read(known);
    Path other = write("b.log", banner + "two\n");

    assertThat(LogImport.followRenames(List.of(known, other), positions)).isEmpty();
    assertThat(read(other)).isEqualTo(2);
  }

  @Test
  void read_replacedFile_isReadFromItsBeginning() throws Exception {
    Path file = write("a.log", "one\ntwo\n");
    read(file);

    write("a.log", "uno\ndos\ntres\n");
    read(file);

    assertThat(bodies()).containsExactly("one", "two", "uno", "dos", "tres");
  }

  @Test
  void read_sinkRefuses_keepsThePosition() throws Exception {
    Path file = write("a.log", "one\n");
    sink.refuses = true;
    assertThatThrownBy(() -> read(file)).isInstanceOf(IOException.class);

    sink.refuses = false;
    read(file);

    assertThat(bodies()).containsExactly("one");
  }

  @Test
  void read_otlpFile_forwardsSpansAndPassesOverWhatIsCut() throws Exception {
    Path file =
        write(
            "traces.ndjson",
            "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\","
                + "\"value\":{\"stringValue\":\"mdso-scriptplan\"}}]},\"scopeSpans\":[{\"spans\":[{"
                + "\"traceId\":\"aaaaaaaabbbb4ccc8dddeeeeeeeeeeee\",\"spanId\":\"00f067aa0ba902b7\","
                + "\"name\":\"run\",\"kind\":1,\"startTimeUnixNano\":\"1735689600000000000\",\"endTimeUnixNano\":1735689601000000000,\"unknown\":{},\"status\":{\"code\":2,\"message\":\"password=hunter2\"}}]}]}]}\n"
                + "{\"resourceSpans\":[{\"resou\n");

    read(file);

    Span span = sink.spans("mdso-scriptplan").get(0);
    assertThat(span.getName()).isEqualTo("run");
    assertThat(span.getEndTimeUnixNano() - span.getStartTimeUnixNano()).isEqualTo(1_000_000_000);
    assertThat(span.getStatus().getCodeValue()).isEqualTo(2);
    assertThat(span.getStatus().getMessage()).isEqualTo("password=******");
    assertThat(sink.traceRequests).hasSize(1);
    assertThat(logImport.hasNew(file, positions)).isFalse();
  }

  @Test
  void find_fileFolderAndGlob_givesEachFileOnce() throws Exception {
    Path a = write("a.log", "x");
    Path b = write("b.txt", "x");
    Files.createDirectory(folder.resolve("deep"));
    Path c = write("deep/c.log", "x");

    assertThat(LogFiles.find(List.of(a.toString(), folder + "/*.log", "/nowhere/*.log")))
        .containsExactly(a);
    assertThat(LogFiles.find(List.of(folder.toString()))).containsExactly(a, b, c);
    assertThat(LogFiles.find(List.of(folder + "/**.log"))).containsExactly(a, c);
  }

  private long read(Path file) throws IOException {
    return logImport.read(file, positions, RULES);
  }

  private List<String> bodies() {
    return sink.records("blueplanet").stream()
        .map(record -> record.getBody().getStringValue())
        .toList();
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static final class MapPositions implements LogImport.Positions {
    private final Map<String, FilePosition> positions = new HashMap<>();

    @Override
    public FilePosition of(String path) {
      return positions.get(path);
    }

    @Override
    public Map<String, FilePosition> all() {
      return Map.copyOf(positions);
    }

    @Override
    public void read(String path, FilePosition position) {
      positions.put(path, position);
    }
  }
}
