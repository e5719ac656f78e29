// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.mdso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.it.server.StationProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * One collection through a whole server with 256 MB of heap: {@code -Dmdso.scale=10000} services
 * with trace logs of 200 entries each, from an orchestrator in a process of its own, at {@code
 * -Dmdso.rate=100} requests a second. Takes minutes, so it runs only when asked to; prints what
 * {@code benchmarks/results/mdso.md} states.
 */
@EnabledIfSystemProperty(named = "mdso.scale", matches = "[0-9]+")
final class MdsoScaleIT {

  private static final int ENTRIES = 200;
  private static final int SERVICES = Integer.getInteger("mdso.scale", 10_000);
  private static final int RATE = Integer.getInteger("mdso.rate", 100);
  private static final Pattern HEAP_USED =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\"} (\\S+)$");
  private static final Pattern PEAK_RSS = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  @TempDir private Path directory;

  private final ScheduledExecutorService heartbeat = Executors.newSingleThreadScheduledExecutor();
  private Process orchestrator;
  private StationProcess station;
  private MdsoCalls mdso;

  @AfterEach
  void stop() throws InterruptedException {
    heartbeat.shutdownNow();
    if (station != null) {
      station.close();
    }
    orchestrator.destroy();
    orchestrator.waitFor(10, TimeUnit.SECONDS);
  }

  @Test
  void collect_manyServices_staysWithinHeapAndRate() throws Exception {
    int port = startOrchestrator();
    Map<String, String> environment = new HashMap<>(MdsoCalls.settings(port));
    environment.put("MDSO_RATE_LIMIT", Integer.toString(RATE));
    station = StationProcess.start(directory.resolve("data"), environment, "-Xmx256m");
    mdso = new MdsoCalls(station);

    heartbeat.scheduleAtFixedRate(this::pushSpan, 0, 1, TimeUnit.SECONDS);
    long started = System.nanoTime();
    String job = mdso.trigger();
    double[] peakHeap = {0};
    await()
        .atMost(Duration.ofMinutes(30))
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              peakHeap[0] = Math.max(peakHeap[0], heapUsed());
              return !mdso.json(job).path("ended_at").isNull();
            });
    double seconds = (System.nanoTime() - started) / 1e9;
    JsonNode done = mdso.json(job);
    String[] load = get("http://127.0.0.1:" + port + "/load").split(" ");

    System.out.printf(
        "%d services x %d entries at %d requests/s: %.0f s, %d calls in %s s, at most %s in one"
            + " second; heap used at most %.0f MB of 256, peak RSS %d MB%n%s%n",
        SERVICES,
        ENTRIES,
        RATE,
        seconds,
        Integer.parseInt(load[0]),
        load[1],
        load[2],
        peakHeap[0] / (1 << 20),
        peakRss() >> 10,
        done);
    assertThat(done.path("status").textValue()).isEqualTo("succeeded");
    assertThat(done.path("counts").path("traces").intValue()).isEqualTo(SERVICES);
    assertThat(done.path("counts").path("spans").intValue())
        .isEqualTo(SERVICES * (ENTRIES / 2 + 1));
    assertThat(done.path("counts").path("logs").intValue()).isEqualTo(SERVICES * ENTRIES);
    assertThat(Integer.parseInt(load[2])).as("calls in one second").isLessThanOrEqualTo(3 * RATE);
    assertThat(Integer.parseInt(load[0]) / seconds).as("calls a second").isLessThan(RATE * 1.1);
    assertThat(station.log()).doesNotContain("OutOfMemoryError");
  }

  /** What services push meanwhile; stitching keeps the time of what is pushed. */
  private void pushSpan() {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
    try {
      mdso.post(
          "/api/otlp/v1/traces",
          """
          {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name",\
          "value":{"stringValue":"beorn"}}]},"scopeSpans":[{"spans":[{"traceId":"%016x%016x",\
          "spanId":"%016x","name":"create_network_service","kind":2,"startTimeUnixNano":"%d",\
          "endTimeUnixNano":"%d"}]}]}]}"""
              .formatted(id, id, id, now - 50_000_000, now));
    } catch (IOException | InterruptedException e) {
      System.err.println("the server does not take a span: " + e);
    }
  }

  private int startOrchestrator() throws IOException {
    orchestrator =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Population.class.getName(),
                Integer.toString(SERVICES),
                Integer.toString(ENTRIES))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader lines = orchestrator.inputReader();
    return Integer.parseInt(lines.readLine().substring("port ".length()));
  }

  private double heapUsed() throws IOException, InterruptedException {
    Matcher used = HEAP_USED.matcher(mdso.get("/metrics").body());
    assertThat(used.find()).isTrue();
    return Double.parseDouble(used.group(1));
  }

  /** The most memory that the server's process ever had, in KB. */
  private long peakRss() throws IOException {
    Path status = Path.of("/proc/" + station.pid() + "/status");
    Matcher peak = PEAK_RSS.matcher(Files.exists(status) ? Files.readString(status) : "");
    return peak.find() ? Long.parseLong(peak.group(1)) : 0;
  }

  private static String get(String url) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
        .body();
  }
}
