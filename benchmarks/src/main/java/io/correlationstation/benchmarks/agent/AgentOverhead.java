// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.agent;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;

/**
 * What the extension adds to a Javalin service under the agent, with keys in headers and baggage,
 * nothing to discover, and spans exported over OTLP to this JVM.
 *
 * <p>One JVM for each arm: no agent, the agent, the agent once more, the agent with its own copy of
 * baggage to attributes, the agent with the extension. Two JVMs of one and the same arm differ, by
 * what their compilers came to, more than the extension costs: so there are several generations of
 * JVMs, ratios are to the mean of both agents of a generation, and the arm that is there twice says
 * how far to trust them. Compilers get their time before anything is measured.
 *
 * <p>Two ways, both at a fixed rate and interleaved, in an order that is drawn anew for each round,
 * so that what else the machine does hits all alike:
 *
 * <ul>
 *   <li>half a second of requests to one arm, then to the next: a service that has work to do;
 *   <li>one request to one arm, then to the next: each finds caches as four other JVMs have left
 *       them, and takes two to three times as long, all the more in code that is run once.
 * </ul>
 *
 * <p>Expected: allocation at most 1.02 and processor time at most 1.03 of the agent's.
 *
 * <pre>
 * java -cp benchmarks/target/benchmarks.jar io.correlationstation.benchmarks.agent.AgentOverhead \
 *     agent-extension/target [java] [generations] [bar]</pre>
 *
 * <p>With {@code bar} only the arms that the bar is about, both agents and the extension: a
 * generation takes about two minutes instead of three and a half, with 333 instead of 200 requests
 * a second to each arm.
 */
public final class AgentOverhead {

  private static final int MANY = 60_000;
  private static final int AT_FULL_SPEED = 1_000_000;
  private static final int WARM_UP = 2_000;
  private static final int MOST_WARM_UPS = 6;
  private static final double COMPILERS_ARE_DONE = 0.03; // of the time of Java threads
  private static final int REQUESTS = 10_000;
  private static final int PER_SECOND = 1000;
  private static final int BLOCK = 500;

  private final Random order = new Random(1);
  private final List<List<Cost>> inBlocks = new ArrayList<>(); // by generation, of each arm
  private final List<List<Cost>> inTurn = new ArrayList<>();
  private final List<String> names = new ArrayList<>();

  private final boolean allArms;

  private AgentOverhead(boolean allArms) {
    this.allArms = allArms;
  }

  public static void main(String[] args) throws IOException {
    Path target = Path.of(args[0]).toAbsolutePath();
    String java =
        args.length > 1 ? args[1] : Path.of(System.getProperty("java.home"), "bin/java").toString();
    int generations = args.length > 2 ? Integer.parseInt(args[2]) : 5;
    AgentOverhead overhead = new AgentOverhead(args.length <= 3 || !args[3].equals("bar"));
    ExecutorService threads = Executors.newCachedThreadPool();
    HttpServer sink = sink(threads);
    try {
      for (int i = 0; i < generations; i++) {
        overhead.generation(java, target, "http://127.0.0.1:" + sink.getAddress().getPort());
      }
    } finally {
      sink.stop(0);
      threads.shutdownNow();
    }
    overhead.report("half a second to one arm, then to the next", overhead.inBlocks);
    overhead.report("one request to one arm, then to the next", overhead.inTurn);
  }

  private void generation(String java, Path target, String sink) throws IOException {
    List<Arm> arms = new ArrayList<>();
    try {
      start(arms, java, target, sink);
      warmUp(arms);
      inBlocks.add(measure(arms, REQUESTS, BLOCK, PER_SECOND));
      inTurn.add(measure(arms, REQUESTS, 1, PER_SECOND));
      names.clear();
      for (int i = 0; i < arms.size(); i++) {
        names.add(arms.get(i).name);
        System.out.printf("%s: in blocks %s%n", names.get(i), last(inBlocks).get(i));
        System.out.printf("%s: in turn %s%n", names.get(i), last(inTurn).get(i));
      }
    } finally {
      for (Arm arm : arms) {
        arm.close();
      }
    }
  }

  private void warmUp(List<Arm> arms) throws IOException {
    measure(arms, MANY, BLOCK, AT_FULL_SPEED);
    boolean compiling = true;
    for (int i = 0; compiling && i < MOST_WARM_UPS; i++) {
      compiling =
          measure(arms, WARM_UP, BLOCK, PER_SECOND).stream()
              .anyMatch(cost -> cost.compileMicros() > COMPILERS_ARE_DONE * cost.threadMicros());
    }
    if (compiling) {
      System.out.println("compilers go on");
    }
  }

  /** Sends as many requests to each arm, in blocks and at a rate; returns what one has cost. */
  private List<Cost> measure(List<Arm> arms, int requests, int block, int perSecond)
      throws IOException {
    for (Arm arm : arms) {
      arm.begin();
    }
    List<Arm> turn = new ArrayList<>(arms);
    long start = System.nanoTime();
    for (int i = 0; i < requests * arms.size(); i++) {
      if (i % (block * arms.size()) == 0) {
        Collections.shuffle(turn, order);
      }
      long due = start + i * 1_000_000_000L / perSecond;
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      turn.get(i / block % arms.size()).request();
    }
    List<Cost> spent = new ArrayList<>();
    for (Arm arm : arms) {
      spent.add(arm.end(requests));
    }
    return spent;
  }

  private void start(List<Arm> arms, String java, Path target, String sink) throws IOException {
    List<String> agent =
        List.of(
            "-javaagent:" + target.resolve("agent/opentelemetry-javaagent.jar"),
            "-Dotel.exporter.otlp.endpoint=" + sink,
            "-Dotel.exporter.otlp.protocol=http/protobuf",
            "-Dotel.metrics.exporter=none");
    arms.add(new Arm("agent", java, agent));
    arms.add(new Arm("agent, once more", java, agent));
    if (allArms) {
      arms.add(new Arm("no agent", java, List.of()));
      arms.add(
          new Arm(
              "agent, stock copy of baggage",
              java,
              with(
                  agent,
                  "-Dotel.java.experimental.span-attributes.copy-from-baggage.include="
                      + "circuit_id,product_id")));
    }
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
    try (DirectoryStream<Path> files = Files.newDirectoryStream(target, "agent-extension-*.jar")) {
      return files.iterator().next();
    }
  }

  /** Takes everything and keeps nothing. */
  private static HttpServer sink(ExecutorService threads) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private void report(String way, List<List<Cost>> generations) {
    System.out.printf(
        "%d generations, %d requests to each arm, %d/s: %s; medians, and ratios to the mean of both agents:"
            + " mean +- standard error (least to most)%n",
        generations.size(), REQUESTS, PER_SECOND, way);
    System.out.println("| arm | B | ratio | CPU us | ratio | of Java threads | ratio |");
    System.out.println("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (int arm = 0; arm < names.size(); arm++) {
      System.out.printf(
          "| %s | %s | %s | %s |%n",
          names.get(arm),
          column(generations, arm, Cost::bytes),
          column(generations, arm, Cost::cpuMicros),
          column(generations, arm, Cost::threadMicros));
    }
  }

  private static String column(List<List<Cost>> generations, int arm, ToDoubleFunction<Cost> of) {
    List<Double> values = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    for (List<Cost> costs : generations) {
      double value = of.applyAsDouble(costs.get(arm));
      values.add(value);
      double agent = (of.applyAsDouble(costs.get(0)) + of.applyAsDouble(costs.get(1))) / 2;
      ratios.add(value / agent);
    }
    Collections.sort(values);
    Collections.sort(ratios);
    return String.format(
        Locale.ROOT,
        "%.1f | **%.3f** +- %.3f (%.3f to %.3f)",
        median(values),
        mean(ratios),
        standardError(ratios),
        ratios.get(0),
        last(ratios));
  }

  private static double mean(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
  }

  private static double standardError(List<Double> values) {
    double mean = mean(values);
    double squares = values.stream().mapToDouble(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.size() - 1) / values.size());
  }

  private static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }

  /** Of values in their order. */
  private static double median(List<Double> sorted) {
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
