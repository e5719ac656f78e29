// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A Kafka broker, and its own controller, in a JVM of its own without an agent. */
public final class KafkaBroker implements AutoCloseable {

  private final int port;
  private final ChildJvm process;

  /** Keeps its data below a directory. */
  public KafkaBroker(Path directory) throws IOException, InterruptedException {
    port = freePort();
    int controller = freePort();
    Path settings = directory.resolve("server.properties");
    Files.write(
        settings,
        List.of(
            "process.roles=broker,controller",
            "node.id=1",
            "listeners=PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controller,
            "controller.quorum.bootstrap.servers=127.0.0.1:" + controller,
            "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
            "controller.listener.names=CONTROLLER",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "log.dirs=" + directory.resolve("data"),
            "offsets.topic.num.partitions=1",
            "offsets.topic.replication.factor=1",
            "group.initial.rebalance.delay.ms=0"));
    try (ChildJvm format =
        ChildJvm.of("kafka.tools.StorageTool")
            .agent()
            .arguments(
                "format",
                "--standalone",
                "--cluster-id",
                "4L6g3nShT-eMCtK--X86sw",
                "--config",
                settings.toString())
            .start()) {
      if (format.awaitExit() != 0) {
        throw new IOException(format.output());
      }
    }
    process = ChildJvm.of("kafka.Kafka").agent().arguments(settings.toString()).start();
  }

  /** What clients start from. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
