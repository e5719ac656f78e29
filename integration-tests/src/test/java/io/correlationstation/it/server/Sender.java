// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.server;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Sends batches without a pause, each again until it is acknowledged, and remembers what was. Half
 * of the senders send spans, half push lines to the Loki intake, each on a stream of its own.
 */
final class Sender implements Runnable {

  static final int BATCH = 20;

  /** Between two attempts; a dead server answers at once. */
  private static final long PAUSE_NANOS = 20_000_000;

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();
  private final int number;
  private final Supplier<StationProcess> station;
  private final List<String> acknowledged = new ArrayList<>();
  private volatile boolean stopped;

  /**
   * @param station the server of the moment; it may be dead
   */
  Sender(int number, Supplier<StationProcess> station) {
    this.number = number;
    this.station = station;
  }

  boolean sendsSpans() {
    return number % 2 == 0;
  }

  String stream() {
    return "sender-" + number;
  }

  synchronized List<String> acknowledged() {
    return List.copyOf(acknowledged);
  }

  synchronized int count() {
    return acknowledged.size();
  }

  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    for (int batch = 0; !stopped; batch++) {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        names.add(stream() + " item " + (batch * BATCH + i));
      }
      byte[] body = sendsSpans() ? spans(names, batch) : lines(names);
      boolean sent = sent(body);
      while (!stopped && !sent) {
        LockSupport.parkNanos(PAUSE_NANOS);
        sent = sent(body);
      }
      if (sent) {
        remember(names);
      }
    }
  }

  private synchronized void remember(List<String> names) {
    acknowledged.addAll(names);
  }

  private boolean sent(byte[] body) {
    StationProcess now = station.get();
    URI uri = sendsSpans() ? now.otlp("/v1/traces") : now.uri("/loki/api/v1/push");
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", sendsSpans() ? "application/x-protobuf" : "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    try {
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status == 200 || status == 204;
    } catch (IOException e) {
      return false; // the server died, or is not there yet
    } catch (InterruptedException e) {
      stopped = true;
      return false;
    }
  }

  private byte[] spans(List<String> names, int batch) {
    ScopeSpans.Builder spans = ScopeSpans.newBuilder();
    for (int i = 0; i < names.size(); i++) {
      spans.addSpans(
          Span.newBuilder()
              .setTraceId(id(16, batch))
              .setSpanId(id(8, (long) batch * BATCH + i))
              .setName(names.get(i))
              .setStartTimeUnixNano(now())
              .setEndTimeUnixNano(now() + 1000));
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(spans))
        .build()
        .toByteArray();
  }

  private ByteString id(int bytes, long low) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(bytes).putLong(bytes - 8, (number + 1L) << 48 | low + 1).array());
  }

  private byte[] lines(List<String> lines) {
    StringBuilder values = new StringBuilder();
    for (String line : lines) {
      values.append(values.length() == 0 ? "" : ",");
      values.append("[\"" + now() + "\",\"" + line + "\"]");
    }
    String body =
        "{\"streams\":[{\"stream\":{\"service\":\""
            + stream()
            + "\"},\"values\":["
            + values
            + "]}]}";
    return body.getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }

  private static long now() {
    Instant now = Instant.now();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }
}
