// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.javalin.Javalin;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A receiver on ports of the system's choice, its main port included, over a fake journal. */
final class ReceiverFixture implements AutoCloseable {

  final FakeJournal journal = new FakeJournal();
  final PrometheusRegistry registry = new PrometheusRegistry();
  final Receiver receiver;
  private final Javalin main;
  private final int otlpPort;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  ReceiverFixture() {
    this(settings -> settings);
  }

  ReceiverFixture(UnaryOperator<ReceiveConfig.Builder> settings) {
    ReceiveConfig config =
        settings
            .apply(
                ReceiveConfig.builder()
                    .otlpHttpPort(0)
                    .otlpGrpcPort(0)
                    .stopGrace(Duration.ofSeconds(5)))
            .build();
    try {
      receiver = Receiver.start(config, journal, registry);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    otlpPort = receiver.otlpHttpPort();
    main =
        Javalin.create(
                javalin -> {
                  receiver.register(javalin);
                  receiver.listen(javalin, 0);
                  javalin.startup.showJavalinBanner = false;
                  javalin.routes.get("/health", ctx -> ctx.result("ok"));
                })
            .start();
  }

  int otlpPort() {
    return otlpPort;
  }

  int mainPort() {
    return main.port();
  }

  URI otlp(String path) {
    return URI.create("http://127.0.0.1:" + otlpPort() + path);
  }

  URI main(String path) {
    return URI.create("http://127.0.0.1:" + mainPort() + path);
  }

  HttpResponse<byte[]> post(URI uri, String contentType, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(30))
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (!contentType.isEmpty()) {
      request.header("Content-Type", contentType);
    }
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request.build());
  }

  HttpResponse<byte[]> postTraces(byte[] body, String... headers) {
    return post(otlp("/v1/traces"), OtlpDialect.PROTOBUF, body, headers);
  }

  HttpResponse<byte[]> send(HttpRequest request) {
    try {
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  HttpClient client() {
    return client;
  }

  /** Sum over the series of a counter (without {@code _total}) whose labels include those given. */
  double counted(String name, Map<String, String> labels) {
    double sum = 0;
    for (MetricSnapshot metric : registry.scrape()) {
      if (metric.getMetadata().getPrometheusName().equals(name)) {
        for (CounterSnapshot.CounterDataPointSnapshot point :
            ((CounterSnapshot) metric).getDataPoints()) {
          boolean match =
              labels.entrySet().stream()
                  .allMatch(
                      label -> label.getValue().equals(point.getLabels().get(label.getKey())));
          sum += match ? point.getValue() : 0;
        }
      }
    }
    return sum;
  }

  double gauge(String name) {
    for (MetricSnapshot metric : registry.scrape()) {
      if (metric instanceof GaugeSnapshot gauge && metric.getMetadata().getName().equals(name)) {
        return gauge.getDataPoints().get(0).getValue();
      }
    }
    throw new AssertionError("no gauge " + name);
  }

  /** Asserts received = rejected + duplicate + stored, over everything since the start. */
  void assertAccounting() {
    double received = counted("corr_receiver_received_items", Map.of());
    double rejected = counted("corr_receiver_rejected_items", Map.of());
    double duplicate = counted("corr_receiver_duplicate_items", Map.of());
    if (received != rejected + duplicate + journal.items()) {
      throw new AssertionError(
          "received %s != rejected %s + duplicate %s + stored %d"
              .formatted(received, rejected, duplicate, journal.items()));
    }
  }

  @Override
  public void close() {
    receiver.close();
    main.stop();
  }
}
