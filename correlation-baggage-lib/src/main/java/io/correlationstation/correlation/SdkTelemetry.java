// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporterBuilder;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The only class that needs the SDK and its exporter; it is not loaded where they are missing. */
final class SdkTelemetry implements AutoCloseable {

  private static final long CLOSE_SECONDS = 10;

  private final OpenTelemetrySdk sdk;

  private SdkTelemetry(OpenTelemetrySdk sdk) {
    this.sdk = sdk;
  }

  static SdkTelemetry start(String serviceName, Map<String, String> environment) {
    AutoConfiguredOpenTelemetrySdkBuilder builder =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> defaults(serviceName, environment))
            .addPropagatorCustomizer((propagator, config) -> withHeaders(propagator))
            .addTracerProviderCustomizer(
                (tracers, config) -> tracers.addSpanProcessor(new KeysOnSpans()))
            .addLoggerProviderCustomizer(
                (loggers, config) -> loggers.addLogRecordProcessor(new KeysOnLogs()));
    SecondDestination second = SecondDestination.of(environment);
    if (second != null) {
      second.addTo(builder);
    }
    return new SdkTelemetry(
        builder.disableShutdownHook().setResultAsGlobal().build().getOpenTelemetrySdk());
  }

  /** What holds where the environment says nothing. */
  private static Map<String, String> defaults(String serviceName, Map<String, String> environment) {
    Map<String, String> defaults = new HashMap<>();
    defaults.put("otel.service.name", serviceName);
    defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
    String gateway = environment.get("CORRELATION_GATEWAY_URL");
    if (gateway != null && !gateway.isEmpty()) {
      defaults.put("otel.exporter.otlp.endpoint", gateway);
    }
    return defaults;
  }

  /** Our headers come right after the baggage they are made from. */
  private static TextMapPropagator withHeaders(TextMapPropagator propagator) {
    return propagator instanceof W3CBaggagePropagator
        ? TextMapPropagator.composite(propagator, new CorrelationHeaders())
        : propagator;
  }

  @Override
  public void close() {
    sdk.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /** One more OTLP endpoint that gets every span and log record. */
  private static final class SecondDestination {

    private final String endpoint;
    private final Map<String, String> headers;

    private SecondDestination(String endpoint, Map<String, String> headers) {
      this.endpoint =
          endpoint.endsWith("/") ? endpoint.substring(0, endpoint.length() - 1) : endpoint;
      this.headers = headers;
    }

    /** Null when none is configured. */
    static @Nullable SecondDestination of(Map<String, String> environment) {
      String endpoint = environment.get("CORRELATION_SECOND_OTLP_ENDPOINT");
      if (endpoint != null && !endpoint.isEmpty()) {
        return new SecondDestination(
            endpoint, pairs(environment.getOrDefault("CORRELATION_SECOND_OTLP_HEADERS", "")));
      }
      String datadogKey = environment.get("DD_API_KEY");
      if (datadogKey == null || datadogKey.isEmpty()) {
        return null;
      }
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("dd-api-key", datadogKey);
      return new SecondDestination(
          "https://otlp." + environment.getOrDefault("DD_SITE", "datadoghq.com"), headers);
    }

    private static Map<String, String> pairs(String text) {
      Map<String, String> pairs = new LinkedHashMap<>();
      for (String pair : text.split(",")) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          pairs.put(pair.substring(0, equals).trim(), pair.substring(equals + 1).trim());
        }
      }
      return pairs;
    }

    void addTo(AutoConfiguredOpenTelemetrySdkBuilder builder) {
      OtlpHttpSpanExporterBuilder spans =
          OtlpHttpSpanExporter.builder().setEndpoint(endpoint + "/v1/traces");
      OtlpHttpLogRecordExporterBuilder logs =
          OtlpHttpLogRecordExporter.builder().setEndpoint(endpoint + "/v1/logs");
      headers.forEach(spans::addHeader);
      headers.forEach(logs::addHeader);
      builder.addTracerProviderCustomizer(
          (tracers, config) ->
              tracers.addSpanProcessor(BatchSpanProcessor.builder(spans.build()).build()));
      builder.addLoggerProviderCustomizer(
          (loggers, config) ->
              loggers.addLogRecordProcessor(BatchLogRecordProcessor.builder(logs.build()).build()));
    }
  }
}
