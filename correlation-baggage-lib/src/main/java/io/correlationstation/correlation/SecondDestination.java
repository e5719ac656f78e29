// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporterBuilder;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporter;
import io.opentelemetry.exporter.otlp.http.metrics.OtlpHttpMetricExporterBuilder;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.PeriodicMetricReader;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One more OTLP/HTTP endpoint that gets every span, log record and metric, with queues of its own:
 * when it is slow or away, the first one notices nothing.
 */
final class SecondDestination {

  private static final Logger logger = Logger.getLogger(SecondDestination.class.getName());

  private final String endpoint;
  private final Map<String, String> headers;
  private final boolean deltas;

  /**
   * @param deltas whether it takes metrics as differences only
   */
  private SecondDestination(String endpoint, Map<String, String> headers, boolean deltas) {
    this.endpoint =
        endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint;
    this.headers = headers;
    this.deltas = deltas;
  }

  /** Null when none is configured. */
  static @Nullable SecondDestination of(Map<String, String> environment) {
    String endpoint = first(environment, "CORRELATION_SECOND_OTLP_ENDPOINT");
    if (endpoint != null) {
      String text = first(environment, "CORRELATION_SECOND_OTLP_HEADERS");
      return new SecondDestination(endpoint, headers(text == null ? "" : text), false);
    }
    String apiKey = first(environment, "DD_API_KEY", "DATADOG_API_KEY");
    if (apiKey == null) {
      return null;
    }
    String site = first(environment, "DD_SITE", "DATADOG_SITE");
    return new SecondDestination(
        "https://otlp." + (site == null ? "datadoghq.com" : site),
        Collections.singletonMap("dd-api-key", apiKey),
        true);
  }

  private static @Nullable String first(Map<String, String> environment, String... names) {
    for (String name : names) {
      String value = environment.get(name);
      if (value != null && !value.trim().isEmpty()) {
        return value.trim();
      }
    }
    return null;
  }

  private static Map<String, String> headers(String text) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String pair : text.split(",")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        headers.put(pair.substring(0, equals).trim(), pair.substring(equals + 1).trim());
      } else if (!pair.trim().isEmpty()) {
        logger.warning("CORRELATION_SECOND_OTLP_HEADERS has a part that is not name=value");
      }
    }
    return headers;
  }

  String endpoint() {
    return endpoint;
  }

  void addTo(AutoConfiguredOpenTelemetrySdkBuilder builder) {
    OtlpHttpSpanExporterBuilder spans =
        OtlpHttpSpanExporter.builder().setEndpoint(endpoint + "/v1/traces");
    OtlpHttpLogRecordExporterBuilder logs =
        OtlpHttpLogRecordExporter.builder().setEndpoint(endpoint + "/v1/logs");
    OtlpHttpMetricExporterBuilder metrics =
        OtlpHttpMetricExporter.builder().setEndpoint(endpoint + "/v1/metrics");
    headers.forEach(spans::addHeader);
    headers.forEach(logs::addHeader);
    headers.forEach(metrics::addHeader);
    if (deltas) {
      metrics.setAggregationTemporalitySelector(AggregationTemporalitySelector.deltaPreferred());
    }
    builder
        .addTracerProviderCustomizer(
            (tracers, config) ->
                tracers.addSpanProcessor(BatchSpanProcessor.builder(spans.build()).build()))
        .addLoggerProviderCustomizer(
            (loggers, config) ->
                loggers.addLogRecordProcessor(
                    BatchLogRecordProcessor.builder(logs.build()).build()))
        .addMeterProviderCustomizer(
            (meters, config) ->
                meters.registerMetricReader(PeriodicMetricReader.create(metrics.build())));
  }
}
