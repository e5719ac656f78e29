// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import io.correlationstation.server.query.ServerState.Check;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What machines ask about the server: is it alive, does it take work, how is it doing. */
final class Operations {

  private final ServerState state;
  private final PrometheusRegistry registry;
  private final ExpositionFormats formats = ExpositionFormats.init();
  private final Clock clock = Clock.systemUTC();

  Operations(ServerState state, PrometheusRegistry registry) {
    this.state = state;
    this.registry = registry;
  }

  /** Alive as long as it answers; a part that is down shows and makes no difference. */
  void health(Context context) {
    Json.answer(
        context,
        new HealthDocument(
            "healthy",
            state.version(),
            clock.instant().toString(),
            statuses(state.checks().get())));
  }

  /** 200 when every part is up, else 503. */
  void ready(Context context) {
    Map<String, Check> checks = state.checks().get();
    boolean ready = checks.values().stream().allMatch(Check::up);
    context.status(ready ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE);
    Json.answer(context, new ReadyDocument(ready ? "ready" : "not_ready", statuses(checks)));
  }

  void metrics(Context context) throws IOException {
    ExpositionFormatWriter writer = writer(context.header("Accept"));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    writer.write(body, registry.scrape());
    context.contentType(writer.getContentType()).result(body.toByteArray());
  }

  /** Prometheus asks for protobuf first when it takes native histograms; it reads text as well. */
  private ExpositionFormatWriter writer(@Nullable String accept) {
    ExpositionFormatWriter best = formats.findWriter(accept);
    if (best.isAvailable()) {
      return best;
    }
    ExpositionFormatWriter open = formats.getOpenMetricsTextFormatWriter();
    return open.accepts(accept) ? open : formats.getPrometheusTextFormatWriter();
  }

  private static Map<String, StatusDocument> statuses(Map<String, Check> checks) {
    Map<String, StatusDocument> statuses = new LinkedHashMap<>();
    new TreeMap<>(checks)
        .forEach(
            (name, check) ->
                statuses.put(name, new StatusDocument(check.up() ? "up" : "down", check.reason())));
    return statuses;
  }

  record HealthDocument(
      String status, String version, String timestamp, Map<String, StatusDocument> components) {}

  record ReadyDocument(String status, Map<String, StatusDocument> checks) {}

  record StatusDocument(String status, @Nullable String reason) {}
}
