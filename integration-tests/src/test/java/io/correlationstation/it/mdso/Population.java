// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.mdso;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.StringJoiner;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An orchestrator with any number of network services, each with a trace log of any number of
 * entries. Every answer follows from the number of the service, so nothing is kept, and the same
 * question gets the same answer; one process in ten fails. {@code GET /load} answers {@code CALLS
 * SECONDS MOST}: calls, seconds since the first, and the most in one second of the clock.
 *
 * <p>As a process of its own: {@code Population SERVICES ENTRIES}; prints {@code port N}.
 */
final class Population implements AutoCloseable {

  private static final int PAGE = 1000;

  /** The services began at even distances from this long ago until ten minutes ago. */
  private static final Duration SPREAD = Duration.ofHours(23);

  private static final Duration OF_LATE = Duration.ofMinutes(10);
  private static final Pattern SERVICE =
      Pattern.compile("origination_id:([0-9a-f]{8})-0000-4000-8000-000000000000");
  private static final Pattern RESOURCE =
      Pattern.compile("/resources/([0-9a-f]{8})-0000-4000-8000-000000000000(|/operations)$");
  private static final String OPERATION =
      "{\"id\":\"operation\",\"interface\":\"activate\",\"state\":\"failed\"}";
  private static final String PRODUCT =
      "{\"id\":\"22222222-2222-4222-8222-222222222222\",\"title\":\"Network service\","
          + "\"resourceTypeId\":\"example.resourceTypes.NetworkService\",\"active\":true}";
  private static final Pattern PAGE_TOKEN = Pattern.compile("pageToken=([0-9]+)");

  private final Instant first = Instant.now().minus(SPREAD).truncatedTo(ChronoUnit.SECONDS);
  private final int services;
  private final int entries;
  private final IntConsumer onLookup;
  private final HttpServer http;
  private final ExecutorService threads = Executors.newFixedThreadPool(4, Population::daemon);
  private final Load load = new Load();

  private Population(int services, int entries, IntConsumer onLookup) throws IOException {
    this.services = services;
    this.entries = entries;
    this.onLookup = onLookup;
    this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.setExecutor(threads);
    http.createContext("/", this::answer);
    http.start();
  }

  /**
   * Starts one in this process.
   *
   * @param onLookup told the number of each service whose trace log is asked for, before the answer
   */
  static Population start(int services, int entries, IntConsumer onLookup) throws IOException {
    return new Population(services, entries, onLookup);
  }

  public static void main(String[] arguments) throws IOException {
    Population population =
        start(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]), service -> {});
    System.out.println("port " + population.port());
  }

  int port() {
    return http.getAddress().getPort();
  }

  static String serviceId(int number) {
    return "%08x-0000-4000-8000-000000000000".formatted(number);
  }

  /** The trace of a service as OTLP has it. */
  static String traceId(int number) {
    return "%08x000040009000000000000000".formatted(number);
  }

  static String circuitId(int number) {
    return "80.L1XX.%06d..TEST".formatted(number);
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String query = String.valueOf(exchange.getRequestURI().getQuery());
    exchange.getRequestBody().readAllBytes();
    byte[] body = answer(path, query).getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private String answer(String path, String query) {
    if (path.equals("/load")) {
      return load.toString();
    }
    load.count();
    if (path.startsWith("/tron")) {
      return "{\"token\":\"0123456789abcdef0123\",\"timeout\":3600}";
    }
    String one = catalogue(path, query);
    if (one != null) {
      return one;
    }
    Matcher service = SERVICE.matcher(query);
    if (service.find()) {
      int number = Integer.parseInt(service.group(1), 16);
      onLookup.accept(number);
      return page(traceLog(number), null);
    }
    return query.contains("NetworkService&") ? services(query) : page("", null);
  }

  /** Counts, products, one resource and its operations; null when something else is asked. */
  private String catalogue(String path, String query) {
    boolean ofServices = query.contains("NetworkService&");
    if (path.endsWith("/count")) {
      return "{\"count\":" + (ofServices ? services : 0) + "}";
    }
    if (path.endsWith("/products")) {
      return page(ofServices ? PRODUCT : "", null);
    }
    Matcher resource = RESOURCE.matcher(path);
    if (!resource.find()) {
      return null;
    }
    return resource.group(2).isEmpty()
        ? service(Integer.parseInt(resource.group(1), 16))
        : page(OPERATION, null);
  }

  private String services(String query) {
    Matcher token = PAGE_TOKEN.matcher(query);
    int from = token.find() ? Integer.parseInt(token.group(1)) : 0;
    int to = Math.min(from + PAGE, services);
    StringJoiner items = new StringJoiner(",");
    for (int number = from; number < to; number++) {
      items.add(service(number));
    }
    return page(items.toString(), to < services ? Integer.toString(to) : null);
  }

  private static String page(String items, String nextPageToken) {
    String next = nextPageToken == null ? "" : ",\"nextPageToken\":\"" + nextPageToken + "\"";
    return "{\"items\":[" + items + "],\"offset\":0,\"limit\":1000" + next + "}";
  }

  private Instant created(int number) {
    return first.plusSeconds(SPREAD.minus(OF_LATE).toSeconds() * number / services);
  }

  private String service(int number) {
    Instant created = created(number);
    return """
        {"id":"%s","label":"%s","resourceTypeId":"example.resourceTypes.NetworkService",\
        "productId":"22222222-2222-4222-8222-222222222222","orderId":"order-%06d",\
        "providerResourceId":"bpo_%s_%s","orchState":"failed",\
        "properties":{"circuit_id":"%s","device_properties":{"EXPLTX%05d":{"Management IP":"192.0.2.%d"}}},\
        "createdAt":"%s","updatedAt":"%s","revision":%d}"""
        .formatted(
            serviceId(number),
            circuitId(number),
            number,
            serviceId(number),
            serviceId(number),
            circuitId(number),
            number % 100_000,
            number % 250 + 1,
            created,
            created.plusSeconds(entries),
            number + 1);
  }

  private String traceLog(int number) {
    Instant created = created(number);
    StringJoiner trace = new StringJoiner(",");
    for (int entry = 0; entry < entries; entry++) {
      trace.add(entry(number, entry));
    }
    return """
        {"id":"%08x-2222-4000-8000-000000000000","label":"%s.orch_trace",\
        "resourceTypeId":"tosca.resourceTypes.TraceLog","createdAt":"%s","updatedAt":"%s",\
        "revision":%d,"properties":{"trace_id":"%08x-0000-4000-9000-000000000000",\
        "origination_id":"%s","operation":"activate","circuit_name":"%s","start_time_sec":%d,\
        "orchestration_trace":[%s]}}"""
        .formatted(
            number,
            circuitId(number),
            created,
            created,
            number + 1,
            number,
            serviceId(number),
            circuitId(number),
            created.getEpochSecond(),
            trace);
  }

  private static String entry(int number, int entry) {
    boolean ends = entry % 2 == 1;
    boolean fails = entry % 20 == 19;
    return """
        {"timestamp":"00:00:00","resource_type":"example.resourceTypes.PortActivation",\
        "resource_id":"%08x-%04x-4000-a000-000000000000",\
        "process":"scripts.example.portactivation.Activate","state":"%s","log_file":"",\
        "message":"%s","elapsed_time":%d}"""
        .formatted(
            number,
            entry / 2,
            fails ? "FAILED" : ends ? "COMPLETED" : "STARTED",
            fails ? "unable to connect to device EXPLTXAA01W" : "PROCESSING of port ge-0/0/1",
            entry);
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "population");
    thread.setDaemon(true);
    return thread;
  }

  /** How many calls came, and how close together. */
  private static final class Load {
    private long first;
    private long second;
    private int calls;
    private int inSecond;
    private int most;

    synchronized void count() {
      long now = System.nanoTime();
      first = calls++ == 0 ? now : first;
      long thisSecond = TimeUnit.NANOSECONDS.toSeconds(now - first);
      inSecond = thisSecond == second ? inSecond + 1 : 1;
      second = thisSecond;
      most = Math.max(most, inSecond);
    }

    @Override
    public synchronized String toString() {
      return calls + " " + (second + 1) + " " + most;
    }
  }
}
