// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import static io.correlationstation.mdso.Fixtures.entry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Collects from an orchestrator on loopback with the bridge alone, and prints how long it took and
 * how much heap was in use; not a test, run by hand:
 *
 * <pre>
 *   java -Xmx256m -cp … io.correlationstation.mdso.CollectionRun [resources]
 * </pre>
 *
 * Each resource has a trace log of 200 entries; pages of 1000; the rate limit is out of the way.
 * The orchestrator is in the same process, so the heap is that of both.
 */
public final class CollectionRun {

  private static final int ENTRIES = 200;
  private static final int PAGE = 1000;

  private CollectionRun() {}

  public static void main(String[] arguments) throws Exception {
    int resources = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
    collection(resources);
  }

  private static void collection(int resources) throws Exception {
    AtomicLong received = new AtomicLong();
    OtlpSink sink =
        new OtlpSink() {
          @Override
          public void traces(byte[] request) {
            received.addAndGet(request.length);
          }

          @Override
          public void logs(byte[] request) {
            received.addAndGet(request.length);
          }

          @Override
          public void metrics(byte[] request) {}
        };
    Path dataDir = Files.createTempDirectory("throughput");
    HttpServer orchestrator = orchestrator(resources);
    String url = "http://127.0.0.1:" + orchestrator.getAddress().getPort();
    MdsoConfig config =
        MdsoConfig.fromEnvironment(
            Map.of(
                "MDSO_URL",
                url,
                "MDSO_ALLOW_INSECURE",
                "true",
                "MDSO_USER",
                "u",
                "MDSO_PASS",
                "p",
                "MDSO_CADENCE",
                "off",
                "MDSO_RATE_LIMIT",
                "100000",
                "MDSO_TIME_RANGE",
                "52w"));
    try (MdsoBridge bridge = MdsoBridge.start(config, sink, dataDir, Clock.systemUTC())) {
      long started = System.nanoTime();
      String job = bridge.trigger("network_service", "520w").jobId();
      long peak = 0;
      while (bridge.job(job).endedAt() == null) {
        TimeUnit.MILLISECONDS.sleep(50);
        Runtime runtime = Runtime.getRuntime();
        peak = Math.max(peak, runtime.totalMemory() - runtime.freeMemory());
      }
      System.out.println(bridge.job(job));
      report("collection", resources, started, "resources", received.get());
      System.out.printf(
          "heap in use at most %d MB of %d, checkpoint %d KB%n",
          peak >> 20,
          Runtime.getRuntime().maxMemory() >> 20,
          Files.size(dataDir.resolve("mdso-checkpoint.json")) >> 10);
    } finally {
      orchestrator.stop(0);
    }
  }

  private static HttpServer orchestrator(int resources) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newFixedThreadPool(4, task -> daemon(task)));
    server.createContext(
        "/",
        exchange -> {
          String query = String.valueOf(exchange.getRequestURI().getQuery());
          exchange.getRequestBody().readAllBytes();
          byte[] answer =
              answer(exchange.getRequestURI().getPath(), query, resources)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    return thread;
  }

  private static String answer(String path, String query, int resources) {
    if (path.startsWith("/tron")) {
      return "{\"token\":\"t\"}";
    }
    if (query.contains("TraceLog")) {
      String id = query.replaceAll(".*origination_id:([^&]*).*", "$1");
      return Fixtures.page(traceLog(id));
    }
    int from =
        query.contains("pageToken")
            ? Integer.parseInt(query.replaceAll(".*pageToken=(\\d+).*", "$1"))
            : 0;
    int to = Math.min(from + PAGE, resources);
    ObjectNode[] page = new ObjectNode[to - from];
    for (int i = from; i < to; i++) {
      page[i - from] = Fixtures.networkService("s-" + i, "failed").put("revision", i + 1);
    }
    return Fixtures.page(to < resources ? Integer.toString(to) : null, page);
  }

  private static ObjectNode traceLog(String id) {
    ObjectNode[] entries = new ObjectNode[ENTRIES];
    for (int i = 0; i < ENTRIES; i += 2) {
      String resource = "%s-%d".formatted(id, i);
      entries[i] = entry("PortActivation", resource, "STARTED", "STARTED PROCESSING", i);
      entries[i + 1] =
          i % 20 == 0
              ? entry(
                  "PortActivation",
                  resource,
                  "FAILED",
                  "unable to connect to device EXPLTXAA01W",
                  i + 1)
              : entry("PortActivation", resource, "COMPLETED", "COMPLETED PROCESSING", i + 1);
    }
    ObjectNode log = Fixtures.traceLog("log-" + id, id, entries);
    ((ObjectNode) log.get("properties")).put("trace_id", "trace of " + id);
    return log;
  }

  private static void report(String what, long count, long started, String unit, long bytes) {
    double seconds = (System.nanoTime() - started) / 1e9;
    System.out.printf(
        "%s: %d %s in %.1f s = %.0f/s, %d MB of OTLP%n",
        what, count, unit, seconds, count / seconds, bytes >> 20);
  }
}
