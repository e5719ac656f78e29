// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes the server's own metrics to a Prometheus Pushgateway, for places that can't be scraped.
 *
 * <p>A push that fails is counted and tried again at the next turn; the first failure is logged.
 */
final class MetricsPush implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(MetricsPush.class);
  private static final Duration EVERY = Duration.ofSeconds(15);

  private final URI target;
  private final PrometheusRegistry registry;
  private final Counter failures;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final ScheduledExecutorService schedule =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "metrics-push"));
  private boolean told;

  private MetricsPush(URI gateway, PrometheusRegistry registry) {
    String base = gateway.toString().replaceAll("/+$", "");
    this.target = URI.create(base + "/metrics/job/correlation-server");
    this.registry = registry;
    this.failures =
        Counter.builder()
            .name("corr_metrics_push_failures_total")
            .help("Pushes of the server's metrics that did not arrive")
            .register(registry);
  }

  static MetricsPush start(URI gateway, PrometheusRegistry registry) {
    MetricsPush push = new MetricsPush(gateway, registry);
    push.schedule.scheduleWithFixedDelay(
        push::push, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    return push;
  }

  private void push() {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(target)
              .timeout(Duration.ofSeconds(10))
              .header("Content-Type", PrometheusTextFormatWriter.CONTENT_TYPE)
              .PUT(HttpRequest.BodyPublishers.ofByteArray(exposition()))
              .build();
      int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      if (status / 100 != 2) {
        failed(new IOException("the gateway answered " + status));
      }
    } catch (IOException e) {
      failed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private byte[] exposition() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(bytes, registry.scrape());
    return bytes.toByteArray();
  }

  private void failed(IOException problem) {
    failures.inc();
    if (!told) {
      told = true;
      LOGGER.warn("metrics can't be pushed to {}", target.getHost(), problem);
    }
  }

  /** Pushes a last time, so that the end of the process is visible. */
  @Override
  public void close() {
    schedule.shutdownNow();
    push();
  }
}
