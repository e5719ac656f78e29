// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The process itself: exit codes and what it says. */
@Timeout(60)
class MdsoStubTest {

  @Test
  void main_terminated_stopsGracefully() throws Exception {
    Process stub = run(Map.of("PORT", "0"));
    try (BufferedReader output = stub.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).contains("mdso-stub listens on 127.0.0.1:");

      stub.toHandle().destroy(); // unlike Process.destroy, leaves the output readable

      assertThat(output.lines().toList()).singleElement().asString().contains("mdso-stub stops");
      assertThat(stub.waitFor()).isEqualTo(143);
    } finally {
      stub.destroyForcibly();
    }
  }

  @Test
  void main_portTaken_saysSoAndExitsWith1() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = String.valueOf(taken.getLocalPort());

      assertThat(failure(1, Map.of("PORT", port)))
          .containsExactly(
              "mdso-stub: cannot listen on 127.0.0.1 port " + port + ": is it in use?");
    }
  }

  @Test
  void main_wrongSetting_saysSoAndExitsWith2() throws Exception {
    assertThat(failure(2, Map.of("PORT", "http")))
        .containsExactly("mdso-stub: PORT is not a number: http");
  }

  private static List<String> failure(int exitCode, Map<String, String> settings) throws Exception {
    Process stub = run(settings);
    try (BufferedReader output = stub.inputReader(StandardCharsets.UTF_8);
        BufferedReader errors = stub.errorReader(StandardCharsets.UTF_8)) {
      List<String> lines = errors.lines().toList();
      assertThat(output.lines()).isEmpty();
      assertThat(stub.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(stub.exitValue()).isEqualTo(exitCode);
      return lines;
    } finally {
      stub.destroyForcibly();
    }
  }

  private static Process run(Map<String, String> settings) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            MdsoStub.class.getName());
    builder.environment().clear();
    builder.environment().putAll(settings);
    return builder.start();
  }
}
