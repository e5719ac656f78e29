// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The health probe of the images, run against a real server. */
class ProbeTest {

  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer("/ready", 200);
    answer("/busy", 503);
    server.start();
  }

  private void answer(String path, int status) {
    server.createContext(
        path,
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void probe_answer200_succeeds() throws Exception {
    assertThat(probe(server.getAddress().getPort(), "/ready")).isZero();
  }

  @Test
  void probe_answer503_fails() throws Exception {
    assertThat(probe(server.getAddress().getPort(), "/busy")).isNotZero();
  }

  @Test
  void probe_nobodyListens_fails() throws Exception {
    int port = server.getAddress().getPort();
    server.stop(0);

    assertThat(probe(port, "/ready")).isNotZero();
  }

  private static int probe(int port, String path) throws IOException, InterruptedException {
    String script = StackFiles.path("docker/probe.sh").toString();
    Process process =
        new ProcessBuilder("bash", script, Integer.toString(port), path)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }
}
