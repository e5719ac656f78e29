// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * What the extension adds to a Javalin service under the agent, with keys in headers and baggage,
 * nothing to discover, and spans exported over OTLP to this JVM.
 *
 * <p>Four JVMs run side by side and are measured in turn, in an order that rotates, at a fixed
 * rate: no agent, the agent, the agent with its own copy of baggage to attributes, the agent with
 * the extension. Allocation is exact to the window; processor time is as good as the machine is
 * quiet, so its ratio is the median over pairs of windows that lie next to each other in time.
 *
 * <p>Expected: allocation at most 1.02 and processor time at most 1.03 of the agent's.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar io.correlationstation.benchmarks.agent.AgentOverhead \
 *     agent-extension/target [java] [rounds]</pre>
 */
public final class AgentOverhead {

  private static final int WARM_UP = 25_000;
  private static final int UNCOUNTED = 3;
  private static final int REQUESTS = 2500;
  private static final int PER_SECOND = 1200;

  private AgentOverhead() {}

  public static void main(String[] args) throws IOException {
    Path target = Path.of(args[0]).toAbsolutePath();
    String java =
        args.length > 1 ? args[1] : Path.of(System.getProperty("java.home"), "bin/java").toString();
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 20;
    AtomicLong exports = new AtomicLong();
    HttpServer sink = sink(exports);
    List<Arm> arms = new ArrayList<>();
    try {
      start(arms, java, target, "http://127.0.0.1:" + sink.getAddress().getPort());
      for (Arm arm : arms) {
        arm.warmUp(WARM_UP);
      }
      for (int round = 0; round < rounds; round++) {
        window(arms);
        if (round < UNCOUNTED) {
          arms.forEach(arm -> arm.costs.clear()); // compilation goes on for a while
        }
      }
    } finally {
      for (Arm arm : arms) {
        arm.close();
      }
      sink.stop(0);
    }
    report(arms, exports.get());
  }

  /** Requests to the arms in turn, at a fixed rate. */
  private static void window(List<Arm> arms) throws IOException {
    for (Arm arm : arms) {
      arm.begin();
    }
    long start = System.nanoTime();
    for (int i = 0; i < REQUESTS * arms.size(); i++) {
      long due = start + i * 1_000_000_000L / PER_SECOND;
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      arms.get(i % arms.size()).request();
    }
    for (Arm arm : arms) {
      arm.end(REQUESTS);
    }
  }

  private static void start(List<Arm> arms, String java, Path target, String sink)
      throws IOException {
    List<String> agent =
        List.of(
            "-javaagent:" + target.resolve("agent/opentelemetry-javaagent.jar"),
            "-Dotel.exporter.otlp.endpoint=" + sink,
            "-Dotel.exporter.otlp.protocol=http/protobuf",
            "-Dotel.metrics.exporter=none");
    arms.add(new Arm("no agent", java, List.of()));
    arms.add(new Arm("agent", java, agent));
    arms.add(
        new Arm(
            "agent, stock copy of baggage",
            java,
            with(
                agent,
                "-Dotel.java.experimental.span-attributes.copy-from-baggage.include="
                    + "circuit_id,product_id")));
    arms.add(
        new Arm(
            "agent, extension",
            java,
            with(agent, "-Dotel.javaagent.extensions=" + extension(target))));
  }

  private static List<String> with(List<String> options, String more) {
    List<String> all = new ArrayList<>(options);
    all.add(more);
    return all;
  }

  private static Path extension(Path target) throws IOException {
    try (var files = java.nio.file.Files.newDirectoryStream(target, "agent-extension-*.jar")) {
      return files.iterator().next();
    }
  }

  /** Takes everything and keeps nothing. */
  private static HttpServer sink(AtomicLong exports) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "sink");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().transferTo(java.io.OutputStream.nullOutputStream());
          exports.incrementAndGet();
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static void report(List<Arm> arms, long exports) {
    Arm agent = arms.get(1);
    System.out.printf(
        "%d windows of %d requests to each at %d/s in all, %d exports taken%n",
        agent.costs.size(), REQUESTS, PER_SECOND, exports);
    System.out.println(
        "| arm | B/request | ratio | CPU us/request | ratio | of Java threads | ratio |");
    System.out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (Arm arm : arms) {
      System.out.printf(
          Locale.ROOT,
          "| %s | %.0f | %.3f | %.1f | %.3f | %.1f | %.3f |%n",
          arm.name,
          mean(arm, Arm.Cost::bytes),
          mean(arm, Arm.Cost::bytes) / mean(agent, Arm.Cost::bytes),
          mean(arm, Arm.Cost::cpuMicros),
          mean(arm, Arm.Cost::cpuMicros) / mean(agent, Arm.Cost::cpuMicros),
          mean(arm, Arm.Cost::threadMicros),
          mean(arm, Arm.Cost::threadMicros) / mean(agent, Arm.Cost::threadMicros));
    }
  }

  private static double mean(Arm arm, ToDoubleFunction<Arm.Cost> of) {
    return arm.costs.stream().mapToDouble(of).average().orElse(Double.NaN);
  }
}
