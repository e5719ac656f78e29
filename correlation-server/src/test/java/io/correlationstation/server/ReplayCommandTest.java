// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.forward.FakeBackend.Fault;
import io.correlationstation.server.forward.FakeLoki;
import io.correlationstation.server.forward.FakeTempo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code station replay} on the data directory of a real server, stopped and running. */
class ReplayCommandTest {

  private static final String SPAN =
      """
      {"resourceSpans":[{"resource":{"attributes":[
        {"key":"service.name","value":{"stringValue":"beorn"}}]},
       "scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd8448eb211c803%03d",
        "spanId":"00f067aa0ba90%03d","name":"%s","kind":2,
        "startTimeUnixNano":"1767600000000000000","endTimeUnixNano":"1767600001000000000"}]}]}]}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  private FakeTempo tempo;
  private FakeLoki loki;

  @BeforeEach
  void start() throws IOException {
    tempo = FakeTempo.start();
    loki = FakeLoki.start();
  }

  @AfterEach
  void stop() throws IOException {
    tempo.close();
    loki.close();
  }

  @Test
  void replay_stoppedServersData_sendsTheSpanOfTimeAgainAndChangesNothingThere() throws Exception {
    Instant middle;
    try (RunningServer server = serve()) {
      sendSpan(server, 1, "first");
      middle = Instant.now().plusMillis(1);
      await().until(() -> Instant.now().isAfter(middle));
      sendSpan(server, 2, "second");
      sendLine(server, "hello");
      await().until(() -> tempo.names().size() == 2 && loki.lines().size() == 1);
    }

    assertThat(replay("tempo", "--from", middle.toString())).isEqualTo(Station.OK);
    assertThat(replay("loki", "--from", middle.toString())).isEqualTo(Station.OK);
    assertThat(replay("tempo", "--from", "2020-01-01T00:00:00Z", "--to", middle.toString()))
        .isEqualTo(Station.OK);

    assertThat(out.toString().lines())
        .containsExactly(
            "1 delivered, 0 refused, 0 left",
            "1 delivered, 0 refused, 0 left",
            "1 delivered, 0 refused, 0 left");
    assertThat(tempo.received())
        .extracting(span -> span.getName())
        .containsExactly("first", "second", "second", "first");
    assertThat(tempo.names()).containsExactly("first", "second");
    assertThat(loki.lines()).containsExactly("hello");
    assertThat(loki.backend().requests()).hasSize(2);
    assertThat(loki.backend().requests().get(1).body())
        .isEqualTo(loki.backend().requests().get(0).body());
  }

  @Test
  void replay_besideTheRunningServer_worksAndLeavesItsDeliveryAlone() throws Exception {
    try (RunningServer server = serve()) {
      sendSpan(server, 1, "first");
      await().until(() -> tempo.names().size() == 1);

      assertThat(replay("tempo", "--from", "2020-01-01T00:00:00+02:00", "-o", "json"))
          .isEqualTo(Station.OK);
      sendSpan(server, 2, "second");
      await().until(() -> tempo.names().size() == 2);

      assertThat(out.toString().strip())
          .isEqualTo("{\"delivered\":1,\"refused\":0,\"left\":0,\"reason\":\"\"}");
      assertThat(tempo.received()).hasSize(3);
      assertThat(server.accounting().sum("corr_export_delivered_items_total", "dest", "tempo"))
          .isEqualTo(2);
    }
  }

  @Test
  void replay_destinationRefusesEverything_saysWhatIsLeft() throws Exception {
    try (RunningServer server = serve()) {
      sendSpan(server, 1, "first");
      await().until(() -> tempo.names().size() == 1);
    }
    tempo.backend().always(Fault.status(401));

    assertThat(replay("tempo", "--from", "2020-01-01T00:00:00Z")).isEqualTo(Station.UNREACHABLE);
    assertThat(out.toString()).contains("0 delivered, 0 refused, 1 left: 401");
  }

  @Test
  void replay_wrongUse_isAUsageErrorThatSaysWhatIsRight() {
    assertThat(replay("nowhere", "--from", "2020-01-01T00:00:00Z")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("nowhere", "tempo", "loki");
    assertThat(replay("tempo", "--from", "yesterday")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("--from", "yesterday", "2026-11-05T05:00:00Z");
    assertThat(replay("tempo", "--from", "2020-01-02T00:00:00Z", "--to", "2020-01-01T00:00:00Z"))
        .isEqualTo(Station.USAGE);
    assertThat(replay("tempo")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).doesNotContain("\tat ");
  }

  @Test
  void replay_noJournal_isAFindingThatNamesTheDirectory() {
    assertThat(replay("tempo", "--from", "2020-01-01T00:00:00Z")).isEqualTo(Station.FINDING);
    assertThat(err.toString()).contains("no journal at").doesNotContain("\tat ");
  }

  private RunningServer serve() throws IOException {
    return RunningServer.start(data(), destinations());
  }

  private Path data() {
    return directory.resolve("data");
  }

  private Map<String, String> destinations() {
    return Map.of(
        "TEMPO_HTTP_ENDPOINT", tempo.backend().uri("").toString(),
        "LOKI_URL", loki.backend().uri("").toString());
  }

  private static void sendSpan(RunningServer server, int number, String name) throws Exception {
    String body = SPAN.formatted(number, number, name);
    assertThat(server.postJson("/api/otlp/v1/traces", body).statusCode()).isEqualTo(200);
  }

  private static void sendLine(RunningServer server, String line) throws Exception {
    String body =
        "{\"resource\":{\"service\":\"beorn\"},\"records\":[{\"timestamp\":\"%s\",\"message\":\"%s\"}]}"
            .formatted(Instant.now(), line);
    assertThat(server.postJson("/api/logs", body).statusCode()).isEqualTo(202);
  }

  private int replay(String destination, String... arguments) {
    Map<String, String> environment = new HashMap<>(destinations());
    environment.put("STATION_DATA_DIR", data().toString());
    CommandLine command = Station.commandLine(environment);
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    return command.execute(
        Stream.concat(Stream.of("replay", "--dest", destination), List.of(arguments).stream())
            .toArray(String[]::new));
  }
}
