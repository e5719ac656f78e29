// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalConfig;
import io.correlationstation.server.journal.SegmentedJournal;
import io.correlationstation.server.journal.Signal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class StationTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  @Test
  void version_isPrinted() {
    assertThat(run("--version")).isEqualTo(Station.OK);
    assertThat(out.toString()).startsWith("station ");
  }

  @Test
  void help_namesEveryCommand() {
    assertThat(run("--help")).isEqualTo(Station.OK);
    assertThat(out.toString()).contains("demo", "serve", "stitch");
  }

  @Test
  void serveHelp_namesEverySetting() {
    assertThat(run("serve", "--help")).isEqualTo(Station.OK);
    Arrays.stream(Setting.values())
        .map(Setting::flag)
        .filter(Objects::nonNull)
        .forEach(flag -> assertThat(out.toString()).contains(flag));
  }

  @Test
  void unknownCommand_isAUsageErrorThatNamesTheNearestOne() {
    assertThat(run("serv")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("serve");
  }

  @Test
  void serve_unknownFlag_isAUsageErrorThatNamesTheNearestOne() {
    assertThat(run("serve", "--htp-port", "1")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("--http-port");
  }

  @Test
  void serve_wrongValue_isAUsageErrorWithoutStackTrace() {
    assertThat(run("serve", "--http-port", "http")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("--http-port").doesNotContain("\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"300000", "99999999999GiB", "99999999999999999999"})
  void serve_journalOfAnImpossibleSize_isAUsageErrorThatNamesTheSetting(String size) {
    assertThat(run("serve", "--journal-max-bytes", size)).isEqualTo(Station.USAGE);
    assertThat(err.toString())
        .contains("STATION_JOURNAL_MAX_BYTES", size, "expected")
        .doesNotContain("\tat ");
  }

  @Test
  void serve_portInUse_namesPortAndFlagWithoutStackTrace() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int exit =
          run(
              "serve",
              "--data-dir",
              directory.resolve("data").toString(),
              "--http-port",
              Integer.toString(taken.getLocalPort()),
              "--otlp-http-port",
              "0",
              "--otlp-grpc-port",
              "0");

      assertThat(exit).isEqualTo(Station.FINDING);
      assertThat(err.toString())
          .contains(Integer.toString(taken.getLocalPort()), "--http-port")
          .doesNotContain("\tat ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"foo", "ftp://127.0.0.1:8080", "http:/x"})
  void explain_serverOfAnotherForm_isAUsageError(String server) {
    assertThat(run("explain", "0".repeat(32), "--server", server)).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("not an address").contains(server).doesNotContain("\tat ");
  }

  @Test
  void serve_topologyOfAnotherForm_isAUsageErrorThatNamesTheFile() throws Exception {
    Path topology = Files.writeString(directory.resolve("topology.yml"), "edgs: []\n");

    assertThat(run("serve", "--topology", topology.toString())).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("topology.yml").contains("edgs");
  }

  @Test
  void journalCheck_damagedSegment_isAFindingAndRepairMendsIt() throws Exception {
    Path data = directory.resolve("data");
    try (Journal journal =
        SegmentedJournal.open(
            JournalConfig.of(data.resolve("journal")), new PrometheusRegistry())) {
      for (int i = 0; i < 20; i++) {
        journal.append(new Frame(Signal.TRACES, 1, 1, Map.of(), new byte[200])).join();
      }
    }
    assertThat(run("journal", "--data-dir", data.toString(), "check")).isEqualTo(Station.OK);
    damage(data.resolve("journal"));

    assertThat(run("journal", "--data-dir", data.toString(), "check")).isEqualTo(Station.FINDING);
    assertThat(out.toString()).contains("not healthy");
    run("journal", "repair", "--data-dir", data.toString());
    assertThat(data.resolve("journal")).isDirectoryContaining("glob:**.quarantine");
  }

  @Test
  void journalCheck_noJournal_saysSoWithoutStackTrace() {
    assertThat(run("journal", "check", "--data-dir", directory.resolve("none").toString()))
        .isEqualTo(Station.FINDING);
    assertThat(err.toString()).contains("none").doesNotContain("\tat ");
  }

  @Test
  void mdsoRulesTest_shippedRules_areFine() {
    assertThat(run("mdso", "rules", "test")).isEqualTo(Station.OK);
    assertThat(out.toString()).contains("the rules are fine");
  }

  @Test
  void mdsoRulesTest_wrongRule_isAFindingThatNamesTheFile() throws Exception {
    Path rules =
        Files.writeString(directory.resolve("mine.yml"), "version: 1\nrules:\n  - code: DE-1\n");

    assertThat(run("mdso", "rules", "test", rules.toString())).isEqualTo(Station.FINDING);
    assertThat(out.toString()).contains("mine.yml");
  }

  @Test
  void mdsoRulesTest_asJson_namesFileAndRule() throws Exception {
    Path rules =
        Files.writeString(directory.resolve("mine.yml"), "version: 1\nrules:\n  - code: DE-1\n");

    assertThat(run("mdso", "rules", "test", "-o", "json", rules.toString()))
        .isEqualTo(Station.FINDING);

    JsonNode result = new ObjectMapper().readTree(out.toString());
    assertThat(result.path("fine").booleanValue()).isFalse();
    assertThat(result.path("findings"))
        .anySatisfy(
            finding -> {
              assertThat(finding.path("file").textValue()).isEqualTo(rules.toString());
              assertThat(finding.path("rule").textValue()).isEqualTo("DE-1");
              assertThat(finding.path("isError").booleanValue()).isTrue();
              assertThat(finding.path("message").textValue()).contains("four digits");
            });
  }

  @Test
  void mdsoRulesTest_missingFile_isAUsageError() {
    assertThat(run("mdso", "rules", "test", directory.resolve("none.yml").toString()))
        .isEqualTo(Station.USAGE);
  }

  /** Flips a bit in the middle of the largest file. */
  private static void damage(Path journal) throws IOException {
    try (Stream<Path> files = Files.list(journal)) {
      Path largest =
          files.max(Comparator.comparingLong(file -> file.toFile().length())).orElseThrow();
      byte[] bytes = Files.readAllBytes(largest);
      bytes[bytes.length / 2] ^= 1;
      Files.write(largest, bytes);
    }
  }

  @Test
  void demo_withoutTheBuiltProject_saysHowToStartIt() {
    assertThat(run("demo", "--once")).isEqualTo(Station.FINDING);
    assertThat(err.toString()).contains("./station demo");
  }

  private int run(String... arguments) {
    CommandLine station = Station.commandLine();
    station.setOut(new PrintWriter(out, true));
    station.setErr(new PrintWriter(err, true));
    return station.execute(arguments);
  }
}
