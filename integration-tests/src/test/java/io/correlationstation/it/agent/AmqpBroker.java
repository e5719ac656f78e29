// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.qpid.server.SystemLauncher;
import org.slf4j.LoggerFactory;

/** A broker for AMQP 0-9-1 in this JVM, which has no agent. Everybody may do everything. */
public final class AmqpBroker implements AutoCloseable {

  private static final String CONFIGURATION =
      """
      {
        "name": "it", "modelVersion": "9.0",
        "authenticationproviders": [{"name": "all", "type": "Anonymous"}],
        "ports": [{"name": "AMQP", "type": "AMQP", "port": "%d", "bindingAddress": "127.0.0.1",
                   "authenticationProvider": "all", "protocols": ["AMQP_0_9_1"],
                   "virtualhostaliases": [{"name": "nameAlias", "type": "nameAlias"}]}],
        "virtualhostnodes": [{"name": "default", "type": "Memory",
                              "virtualHostInitialConfiguration": "{\\"type\\": \\"Memory\\"}"}]
      }
      """;

  private final int port = freePort();
  private final SystemLauncher broker = new SystemLauncher();

  /** Keeps its configuration below a directory. */
  public AmqpBroker(Path directory) throws Exception {
    Path configuration = directory.resolve("broker.json");
    Files.writeString(configuration, CONFIGURATION.formatted(port));
    for (String talkative : new String[] {"qpid", "org.apache.qpid"}) {
      ((Logger) LoggerFactory.getLogger(talkative)).setLevel(Level.ERROR);
    }
    broker.startup(
        Map.of(
            "type", "Memory",
            "initialConfigurationLocation", configuration.toUri().toString(),
            "startupLoggedToSystemOut", "false"));
  }

  public int port() {
    return port;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    broker.shutdown();
  }
}
