// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static java.util.Objects.requireNonNull;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.GlobalOpenTelemetry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Telemetry in one line, for services that run without the agent.
 *
 * <pre>{@code
 * try (CorrelationTelemetry telemetry = CorrelationTelemetry.configure("arda")) {
 *   serve();
 * }
 * }</pre>
 *
 * <p>Sets the OpenTelemetry SDK up as every {@code OTEL_*} variable says (autoconfigure), makes it
 * global, and adds what correlation needs: the keys as {@code X-*} headers beside W3C baggage, and
 * on every span and log record; {@code host.name}, and {@code deployment.environment} from {@code
 * DEPLOYMENT_ENV}. Without {@code OTEL_EXPORTER_OTLP_ENDPOINT} it sends to {@code
 * CORRELATION_GATEWAY_URL} if that is set (port 55681 if it names none). A second destination gets
 * the same: {@code CORRELATION_SECOND_OTLP_ENDPOINT} with {@code CORRELATION_SECOND_OTLP_HEADERS},
 * or Datadog when {@code DD_API_KEY} or {@code DATADOG_API_KEY} is there ({@code DD_SITE} or {@code
 * DATADOG_SITE}, default {@code datadoghq.com}).
 *
 * <p>Under the OpenTelemetry agent nothing is changed, as the agent does all of this; without an
 * SDK on the class path nothing happens at all. {@link #mode()} tells which it is, and one line in
 * the log. Settings that the SDK does not take are a warning and {@link Mode#NONE}: a service is
 * never kept from starting. Needs {@code opentelemetry-sdk-extension-autoconfigure} and {@code
 * opentelemetry-exporter-otlp}, which the library does not bring.
 */
public final class CorrelationTelemetry implements AutoCloseable {

  /** Who makes the telemetry. */
  public enum Mode {
    /** The SDK that this object set up. */
    SDK,
    /** The OpenTelemetry agent; this object does nothing. */
    AGENT,
    /** An SDK that someone else made global before; this object does nothing. */
    EXISTING,
    /** No one: there is no SDK, or its settings are wrong. */
    NONE
  }

  private static final Logger logger = Logger.getLogger(CorrelationTelemetry.class.getName());
  private static final String SDK_CLASS =
      "io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk";
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

  private final Mode mode;
  private final @Nullable Shutdown sdk;
  private final Thread hook = new Thread(this::close, "correlation-telemetry-close");
  private final AtomicBoolean closed = new AtomicBoolean();

  private CorrelationTelemetry(Mode mode, @Nullable Shutdown sdk) {
    this.mode = mode;
    this.sdk = sdk;
  }

  /**
   * Sets telemetry up for this process; call it once, early. It also ends with the process, by a
   * shutdown hook.
   *
   * @param serviceName used unless {@code OTEL_SERVICE_NAME} says otherwise
   */
  public static CorrelationTelemetry configure(String serviceName) {
    return configure(serviceName, System.getenv());
  }

  static CorrelationTelemetry configure(String serviceName, Map<String, String> environment) {
    requireNonNull(serviceName, "serviceName");
    if (CurrentTelemetry.isUnderAgent()) {
      return without(Mode.AGENT, "The OpenTelemetry agent makes the telemetry of " + serviceName);
    }
    if (!CurrentTelemetry.isPresent(SDK_CLASS, CorrelationTelemetry.class.getClassLoader())) {
      return without(
          Mode.NONE,
          "No OpenTelemetry SDK is on the class path; " + serviceName + " makes no telemetry");
    }
    if (GlobalOpenTelemetry.isSet()) {
      return without(Mode.EXISTING, "OpenTelemetry was set up before; it is left as it is");
    }
    return withSdk(serviceName, environment);
  }

  private static CorrelationTelemetry without(Mode mode, String reason) {
    logger.info(reason);
    return new CorrelationTelemetry(mode, null);
  }

  private static CorrelationTelemetry withSdk(String serviceName, Map<String, String> environment) {
    try {
      Shutdown sdk = SdkTelemetry.start(serviceName, environment);
      CorrelationTelemetry telemetry = new CorrelationTelemetry(Mode.SDK, sdk);
      Runtime.getRuntime().addShutdownHook(telemetry.hook);
      return telemetry;
    } catch (RuntimeException | LinkageError e) {
      logger.log(Level.WARNING, "Telemetry is off: the SDK could not be set up", e);
      return new CorrelationTelemetry(Mode.NONE, null);
    }
  }

  public Mode mode() {
    return mode;
  }

  /** Does {@link #close(Duration)} with ten seconds. */
  @Override
  public void close() {
    close(CLOSE_WITHIN);
  }

  /**
   * Ends workflows and steps that are still open as FAILED, sends what is still held and ends the
   * SDK. Never throws; a second call does nothing.
   *
   * @param deadline how long sending may take; what was not sent by then is lost, with a warning
   */
  public void close(Duration deadline) {
    if (sdk == null || !closed.compareAndSet(false, true)) {
      return;
    }
    try {
      Heartbeats.SHARED.failAll("the process ended");
      if (!sdk.within(deadline)) {
        logger.warning("Telemetry was not all sent within " + deadline);
      }
    } catch (RuntimeException e) {
      logger.log(Level.WARNING, "Telemetry did not end cleanly", e);
    }
    removeHook();
  }

  private void removeHook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      logger.log(Level.FINE, "The process ends, and its hooks are running", e);
    }
  }

  /** Keeps the SDK's classes out of this one. */
  interface Shutdown {
    /** Returns whether all was sent. */
    boolean within(Duration deadline);
  }
}
