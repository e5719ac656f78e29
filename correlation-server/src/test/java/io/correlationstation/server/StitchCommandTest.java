// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StitchCommandTest {

  private static final String PARENT_TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String CHILD_TRACE = "1af7651916cd43dd8448eb211c80319c";
  private static final String CALL = "b7ad6b7169203331";
  private static final String ROOT = "c7ad6b7169203331";

  private static final long START = 1_767_600_000_000_000_000L;

  @TempDir private Path directory;

  private final StringWriter err = new StringWriter();

  @Test
  void stitch_gzippedLines_writesALinkALine() throws IOException {
    Path spans = directory.resolve("spans.jsonl.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(spans))) {
      out.write((call() + "\n" + root() + "\n").getBytes(StandardCharsets.UTF_8));
    }
    Path links = directory.resolve("links.jsonl");

    Path why = directory.resolve("why.jsonl");
    assertThat(run(spans.toString(), "--output", links.toString(), "--explain", why.toString()))
        .isEqualTo(Station.OK);

    assertThat(read(why).get(0).get("evidence").findValuesAsText("kind")).contains("key", "delay");
    assertThat(read(links))
        .singleElement()
        .satisfies(
            link -> {
              assertThat(link.get("child_trace_id").asText()).isEqualTo(CHILD_TRACE);
              assertThat(link.get("child_span_id").asText()).isEqualTo(ROOT);
              assertThat(link.get("parent_trace_id").asText()).isEqualTo(PARENT_TRACE);
              assertThat(link.get("parent_span_id").asText()).isEqualTo(CALL);
              assertThat(link.get("confidence").asDouble()).isBetween(0.9, 1.0);
            });
  }

  @Test
  void stitch_topologyThatKnowsAnotherCaller_writesNothing() throws IOException {
    Path spans = Files.writeString(directory.resolve("spans.jsonl"), call() + "\n" + root());
    Path topology =
        Files.writeString(
            directory.resolve("topology.yml"), "edges:\n  - {caller: other, callee: activator}\n");
    Path links = directory.resolve("links.jsonl");

    int code =
        run(spans.toString(), "--output", links.toString(), "--topology", topology.toString());

    assertThat(code).isEqualTo(Station.OK);
    assertThat(links).isEmptyFile();
  }

  @Test
  void stitch_brokenLine_isCountedAndTheRestIsUsed() throws IOException {
    Path spans =
        Files.writeString(directory.resolve("spans.jsonl"), call() + "\n{broken\n" + root() + "\n");
    Path links = directory.resolve("links.jsonl");

    assertThat(run(spans.toString(), "--output", links.toString())).isEqualTo(Station.FINDING);

    assertThat(read(links)).hasSize(1);
    assertThat(err.toString()).contains("spans.jsonl:2");
  }

  @Test
  void stitch_traceWithTwoRoots_tellsTheCallerOfEach() throws IOException {
    String other = "d7ad6b7169203331";
    String later =
        span("order", PARENT_TRACE, "b8ad6b7169203331", 3, START + 400_000_000L, 300_000_000L);
    String second = span("billing", CHILD_TRACE, other, 2, START + 450_000_000L, 200_000_000L);
    Path spans =
        Files.writeString(
            directory.resolve("spans.jsonl"), String.join("\n", call(), root(), later, second));
    Path links = directory.resolve("links.jsonl");

    assertThat(run(spans.toString(), "--output", links.toString())).isEqualTo(Station.OK);

    assertThat(read(links))
        .extracting(link -> link.get("child_span_id").asText())
        .containsExactlyInAnyOrder(ROOT, other);
  }

  @Test
  void stitch_emptyMessageIds_joinNobody() throws IOException {
    String none =
        "{\"key\":\"messaging.message.id\",\"value\":{\"stringValue\":\"\"}},{\"key\":\"x\",";
    Path spans =
        Files.writeString(
            directory.resolve("spans.jsonl"),
            (call() + "\n" + root()).replace("{\"key\":\"resource_id\",", none));
    Path links = directory.resolve("links.jsonl");

    assertThat(run(spans.toString(), "--output", links.toString())).isEqualTo(Station.OK);

    assertThat(read(links)).isEmpty();
  }

  @Test
  void stitch_outputThatCannotBeWritten_isSaidBeforeTheWork() throws IOException {
    Path spans = Files.writeString(directory.resolve("spans.jsonl"), "{broken");
    String nowhere = directory.resolve("none/links.jsonl").toString();

    assertThat(run(spans.toString(), "--output", nowhere)).isEqualTo(Station.USAGE);
    assertThat(run(directory.toString(), "--output", directory.resolve("links").toString()))
        .isEqualTo(Station.USAGE);

    assertThat(err.toString())
        .contains(nowhere + " can't be written", directory + " can't be read")
        .doesNotContain("left out");
  }

  private int run(String... arguments) {
    List<String> all = new ArrayList<>(List.of("stitch"));
    all.addAll(List.of(arguments));
    return Station.commandLine()
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private static List<JsonNode> read(Path links) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    List<JsonNode> result = new ArrayList<>();
    for (String line : Files.readAllLines(links)) {
      result.add(mapper.readTree(line));
    }
    return result;
  }

  private static String call() {
    return span("order", PARENT_TRACE, CALL, 3, START, 300_000_000L);
  }

  private static String root() {
    return span("activator", CHILD_TRACE, ROOT, 2, START + 50_000_000L, 200_000_000L);
  }

  private static String span(
      String service, String trace, String id, int kind, long start, long length) {
    return """
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"%s"}}]},\
        "scopeSpans":[{"spans":[{"traceId":"%s","spanId":"%s","name":"activate","kind":%d,\
        "startTimeUnixNano":"%d","endTimeUnixNano":"%d","attributes":[{"key":"resource_id",\
        "value":{"stringValue":"11111111-0000-4000-8000-000000000001"}}]}]}]}]}"""
        .formatted(service, trace, id, kind, start, start + length);
  }
}
