// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/** Takes what agents export over OTLP/HTTP and remembers it. */
public final class OtlpSink implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpServer server;
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<LogRecord> logs = new CopyOnWriteArrayList<>();
  private final List<Metric> metrics = new CopyOnWriteArrayList<>();

  public OtlpSink() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
    server.setExecutor(threads);
    server.createContext("/v1/traces", exchange -> answer(exchange, this::traces));
    server.createContext("/v1/logs", exchange -> answer(exchange, this::logs));
    server.createContext("/v1/metrics", exchange -> answer(exchange, this::metrics));
    server.start();
  }

  public String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private interface Take {
    void from(InputStream body) throws IOException;
  }

  private static void answer(HttpExchange exchange, Take take) throws IOException {
    boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    InputStream body = exchange.getRequestBody();
    take.from(gzip ? new GZIPInputStream(body) : body);
    exchange.sendResponseHeaders(200, -1);
    exchange.close();
  }

  private void traces(InputStream body) throws IOException {
    ExportTraceServiceRequest.parseFrom(body)
        .getResourceSpansList()
        .forEach(
            resource ->
                resource.getScopeSpansList().forEach(scope -> spans.addAll(scope.getSpansList())));
  }

  private void logs(InputStream body) throws IOException {
    ExportLogsServiceRequest.parseFrom(body)
        .getResourceLogsList()
        .forEach(
            resource ->
                resource
                    .getScopeLogsList()
                    .forEach(scope -> logs.addAll(scope.getLogRecordsList())));
  }

  private void metrics(InputStream body) throws IOException {
    ExportMetricsServiceRequest.parseFrom(body)
        .getResourceMetricsList()
        .forEach(
            resource ->
                resource
                    .getScopeMetricsList()
                    .forEach(scope -> metrics.addAll(scope.getMetricsList())));
  }

  public List<Span> spans() {
    return spans;
  }

  public List<LogRecord> logs() {
    return logs;
  }

  public List<Metric> metrics() {
    return metrics;
  }

  /** Forgets what came so far. */
  public void clear() {
    spans.clear();
    logs.clear();
    metrics.clear();
  }

  /** Waits for the span of a kind in a trace, given by its id in hex digits. */
  Span awaitSpan(String traceId, Span.SpanKind kind) {
    return awaitSpan(span -> span.getKind() == kind && hex(span.getTraceId()).equals(traceId));
  }

  public Span awaitSpan(Predicate<Span> wanted) {
    await().atMost(PATIENCE).until(() -> spans.stream().anyMatch(wanted));
    return spans.stream().filter(wanted).findFirst().orElseThrow();
  }

  public LogRecord awaitLog(Predicate<LogRecord> wanted) {
    await().atMost(PATIENCE).until(() -> logs.stream().anyMatch(wanted));
    return logs.stream().filter(wanted).findFirst().orElseThrow();
  }

  public static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  public static Map<String, String> attributes(List<KeyValue> attributes) {
    Map<String, String> map = new LinkedHashMap<>();
    attributes.forEach(entry -> map.put(entry.getKey(), entry.getValue().getStringValue()));
    return map;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
