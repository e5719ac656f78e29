// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static java.util.Objects.requireNonNull;

import java.util.Map;
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
 * on every span and log record. Without {@code OTEL_EXPORTER_OTLP_ENDPOINT} it sends to {@code
 * CORRELATION_GATEWAY_URL} if that is set. A second destination gets the same: {@code
 * CORRELATION_SECOND_OTLP_ENDPOINT} with {@code CORRELATION_SECOND_OTLP_HEADERS}, or Datadog when
 * {@code DD_API_KEY} is there ({@code DD_SITE}, default {@code datadoghq.com}).
 *
 * <p>Under the OpenTelemetry agent nothing is changed, as the agent does all of this; without an
 * SDK on the class path nothing happens at all. {@link #mode()} tells which of the three it is.
 * Needs {@code opentelemetry-sdk-extension-autoconfigure} and {@code opentelemetry-exporter-otlp},
 * which the library does not bring.
 */
public final class CorrelationTelemetry implements AutoCloseable {

  /** Who makes the telemetry. */
  public enum Mode {
    /** The SDK that this object set up. */
    SDK,
    /** The OpenTelemetry agent; this object does nothing. */
    AGENT,
    /** No one: there is no SDK. */
    NONE
  }

  private static final Logger logger = Logger.getLogger(CorrelationTelemetry.class.getName());
  private static final String AGENT_CLASS = "io.opentelemetry.javaagent.OpenTelemetryAgent";
  private static final String SDK_CLASS =
      "io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk";

  private final Mode mode;
  private final @Nullable AutoCloseable sdk;

  private CorrelationTelemetry(Mode mode, @Nullable AutoCloseable sdk) {
    this.mode = mode;
    this.sdk = sdk;
  }

  /**
   * Sets telemetry up for this process; call it once, early.
   *
   * @param serviceName used unless {@code OTEL_SERVICE_NAME} says otherwise
   */
  public static CorrelationTelemetry configure(String serviceName) {
    return configure(serviceName, System.getenv());
  }

  static CorrelationTelemetry configure(String serviceName, Map<String, String> environment) {
    requireNonNull(serviceName, "serviceName");
    if (isPresent(AGENT_CLASS, ClassLoader.getSystemClassLoader())) {
      logger.info("The OpenTelemetry agent is here; it makes the telemetry of " + serviceName);
      return new CorrelationTelemetry(Mode.AGENT, null);
    }
    if (!isPresent(SDK_CLASS, CorrelationTelemetry.class.getClassLoader())) {
      logger.info(
          "No OpenTelemetry SDK is on the class path; " + serviceName + " makes no telemetry");
      return new CorrelationTelemetry(Mode.NONE, null);
    }
    return new CorrelationTelemetry(Mode.SDK, SdkTelemetry.start(serviceName, environment));
  }

  private static boolean isPresent(String name, ClassLoader loader) {
    try {
      Class.forName(name, false, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  public Mode mode() {
    return mode;
  }

  /** Sends what is still held, for ten seconds at most, and ends the SDK. Never throws. */
  @Override
  public void close() {
    if (sdk != null) {
      try {
        sdk.close();
      } catch (Exception e) {
        logger.log(Level.WARNING, "Telemetry did not end cleanly", e);
      }
    }
  }
}
