// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.opentelemetry.sdk.resources.Resource;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Sets the SDK up; needs it and its exporter, and is not loaded where they are missing. */
final class SdkTelemetry {

  private static final int GATEWAY_PORT = 55681;
  private static final AttributeKey<String> HOST = AttributeKey.stringKey("host.name");
  private static final AttributeKey<String> ENVIRONMENT =
      AttributeKey.stringKey("deployment.environment");

  private SdkTelemetry() {}

  /** Makes an SDK global; returns how to end it. */
  static CorrelationTelemetry.Shutdown start(String serviceName, Map<String, String> environment) {
    AutoConfiguredOpenTelemetrySdkBuilder builder =
        AutoConfiguredOpenTelemetrySdk.builder()
            .addPropertiesSupplier(() -> defaults(serviceName, environment))
            .addResourceCustomizer((resource, config) -> withOrigin(resource, environment))
            .addPropagatorCustomizer((propagator, config) -> withHeaders(propagator))
            .addTracerProviderCustomizer(
                (tracers, config) -> tracers.addSpanProcessor(new KeysOnSpans()))
            .addLoggerProviderCustomizer(
                (loggers, config) -> loggers.addLogRecordProcessor(new KeysOnLogs()));
    SecondDestination second = SecondDestination.of(environment);
    if (second != null) {
      second.addTo(builder);
    }
    OpenTelemetrySdk sdk =
        builder.disableShutdownHook().setResultAsGlobal().build().getOpenTelemetrySdk();
    return deadline -> shutdown(sdk, deadline);
  }

  /** On a thread of its own, as parts of the SDK wait for their exporter in the call itself. */
  private static boolean shutdown(OpenTelemetrySdk sdk, Duration deadline) {
    CompletableFuture<Boolean> sent = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () ->
                sent.complete(
                    sdk.shutdown().join(deadline.toMillis(), TimeUnit.MILLISECONDS).isSuccess()),
            "correlation-telemetry-shutdown");
    thread.setDaemon(true);
    thread.start();
    try {
      return sent.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  /** What holds where the environment says nothing. */
  private static Map<String, String> defaults(String serviceName, Map<String, String> environment) {
    Map<String, String> defaults = new HashMap<>();
    defaults.put("otel.service.name", serviceName);
    defaults.put("otel.exporter.otlp.protocol", "http/protobuf");
    String gateway = environment.get("CORRELATION_GATEWAY_URL");
    if (gateway != null && !gateway.isEmpty()) {
      defaults.put("otel.exporter.otlp.endpoint", withPort(gateway));
    }
    return defaults;
  }

  private static String withPort(String gateway) {
    URI uri = URI.create(gateway);
    if (uri.getPort() >= 0 || uri.getHost() == null) {
      return gateway;
    }
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    return uri.getScheme() + "://" + uri.getHost() + ":" + GATEWAY_PORT + path;
  }

  private static Resource withOrigin(Resource resource, Map<String, String> environment) {
    AttributesBuilder origin = resource.getAttributes().toBuilder();
    String host = hostName(environment);
    if (resource.getAttribute(HOST) == null && host != null) {
      origin.put(HOST, host);
    }
    String deployment = environment.get("DEPLOYMENT_ENV");
    if (resource.getAttribute(ENVIRONMENT) == null && deployment != null && !deployment.isEmpty()) {
      origin.put(ENVIRONMENT, deployment);
    }
    return Resource.create(origin.build(), resource.getSchemaUrl());
  }

  private static @Nullable String hostName(Map<String, String> environment) {
    String name = environment.get("HOSTNAME");
    if (name != null && !name.isEmpty()) {
      return name;
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Our headers come right after the baggage they are made from. */
  private static TextMapPropagator withHeaders(TextMapPropagator propagator) {
    return propagator instanceof W3CBaggagePropagator
        ? TextMapPropagator.composite(propagator, new CorrelationHeaders())
        : propagator;
  }
}
