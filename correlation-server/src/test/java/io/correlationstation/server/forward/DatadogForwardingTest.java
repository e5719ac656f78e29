// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeBackend.Reply;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatadogForwardingTest {

  private static final String KEY = "k3y-of-a-test";
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;

  private FakeBackend datadog;
  private ForwarderFixture forwarder;

  @BeforeEach
  void start() throws IOException {
    datadog = FakeBackend.start(request -> Reply.of(202));
    DestinationConfig real = DestinationConfig.datadog(KEY, "datadoghq.com");
    DestinationConfig config =
        new DestinationConfig(
            real.name(),
            real.protocol(),
            datadog.uri(""),
            real.headers(),
            real.signals(),
            real.gzip(),
            ForwarderFixture.PROMPT,
            ForwarderFixture.QUICK,
            real.loki());
    forwarder = new ForwarderFixture(dir, config).start();
  }

  @AfterEach
  void stop() throws IOException {
    forwarder.close();
    datadog.close();
  }

  @Test
  void forward_X14_tracesAndLogs_goToTheirIntakesWithTheKey() throws IOException {
    LogRecord record =
        Frames.record(Frames.NOW, "unable to connect")
            .setTraceId(ByteString.fromHex("0af7651916cd43dd8448eb211c80319c"))
            .setSeverityText("ERROR")
            .addAttributes(Frames.attribute("circuit_id", "80.L1XX.000001..TEST"))
            .build();

    forwarder.append(Frames.traces("a"), Frames.logs(Frames.resource("arda"), record));
    forwarder.drain("datadog");

    assertThat(paths()).containsExactlyInAnyOrder("/v1/traces", "/api/v2/logs");
    assertThat(datadog.requests())
        .allMatch(request -> request.header("dd-api-key").equals(KEY))
        .allMatch(request -> request.header("content-encoding").equals("gzip"));
    JsonNode entry = logs().get(0);
    assertThat(entry.path("message").asText()).isEqualTo("unable to connect");
    assertThat(entry.path("service").asText()).isEqualTo("arda");
    assertThat(entry.path("status").asText()).isEqualTo("ERROR");
    assertThat(entry.path("ddtags").asText()).isEqualTo("env:dev");
    assertThat(entry.path("trace_id").asText()).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(entry.path("circuit_id").asText()).isEqualTo("80.L1XX.000001..TEST");
    assertThat(entry.path("timestamp").asLong()).isEqualTo(Frames.NOW / 1_000_000);
  }

  @Test
  void d01_moreThanAThousandEntries_areSplit() throws IOException {
    forwarder.append(Frames.logs(Frames.numbered("line ", 2500).toArray(String[]::new)));

    forwarder.drain("datadog");

    assertThat(datadog.requests()).hasSize(3);
    assertThat(logs()).hasSize(2500);
  }

  @Test
  void d02_lineAboveAMegabyte_isCutWithAMark() throws IOException {
    forwarder.append(Frames.logs("x".repeat(2_000_000)));

    forwarder.drain("datadog");

    String message = logs().get(0).path("message").asText();
    assertThat(message).hasSizeLessThan(1_000_000).endsWith("…[cut, 1100000 bytes more]");
  }

  @Test
  void d03_logsOlderThanEighteenHours_areDeadLetters() throws IOException {
    forwarder.append(Frames.logs(Frames.NOW - Duration.ofHours(19).toNanos(), "old"));
    forwarder.append(Frames.logs("new"));

    forwarder.drain("datadog");

    assertThat(logs()).extracting(entry -> entry.path("message").asText()).containsExactly("new");
    assertThat(forwarder.letters("datadog"))
        .extracting(DeadLetter::reason)
        .containsExactly("too_old");
  }

  @Test
  void d04_forbidden_holds() {
    datadog.always(Fault.status(403));
    forwarder.append(Frames.logs("a"));
    await().until(() -> forwarder.status("datadog").state() == DestinationStatus.State.HELD);

    datadog.always(null);
    forwarder.drain("datadog");

    assertThat(forwarder.metric("corr_export_delivered_items", "datadog")).isEqualTo(1);
  }

  /** Not even when the destination says it back. */
  @Test
  void d05_key_isNeitherInDeadLettersNorInMetricsNorInTheState() throws IOException {
    datadog.script(Fault.answer(Reply.text(400, "bad request of key " + KEY)));
    forwarder.append(Frames.logs("a"));
    forwarder.drain("datadog");
    datadog.always(Fault.answer(Reply.text(403, "key " + KEY + " is not allowed")));
    forwarder.append(Frames.logs("b"));
    await().until(() -> forwarder.status("datadog").state() == DestinationStatus.State.HELD);

    assertThat(forwarder.letters("datadog")).hasSize(1);
    assertThat(Files.readString(dir.resolve("dlq/datadog.jsonl"))).doesNotContain(KEY);
    assertThat(forwarder.status("datadog").toString()).doesNotContain(KEY);
    assertThat(forwarder.exposition()).contains("datadog").doesNotContain(KEY);
  }

  @Test
  void d06_metrics_areNotSent() {
    forwarder.append(Frames.metrics(3));

    forwarder.drain("datadog");

    assertThat(datadog.requests()).isEmpty();
    assertThat(forwarder.metric("corr_export_filtered_items", "datadog", "metrics")).isEqualTo(3);
  }

  private List<String> paths() {
    return datadog.requests().stream().map(FakeBackend.Request::path).toList();
  }

  private List<JsonNode> logs() throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    for (FakeBackend.Request request : datadog.requests()) {
      if (request.path().equals("/api/v2/logs")) {
        JSON.readTree(FakeTempo.body(request)).forEach(entries::add);
      }
    }
    return entries;
  }
}
