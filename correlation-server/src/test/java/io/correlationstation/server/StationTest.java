// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

  @Test
  void serve_topologyOfAnotherForm_isAUsageErrorThatNamesTheFile() throws Exception {
    Path topology = Files.writeString(directory.resolve("topology.yml"), "edgs: []\n");

    assertThat(run("serve", "--topology", topology.toString())).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("topology.yml").contains("edgs");
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
