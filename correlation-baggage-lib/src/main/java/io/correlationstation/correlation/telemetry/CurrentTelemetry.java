// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.telemetry;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.TextMapPropagator;
import org.jspecify.annotations.Nullable;

/**
 * The OpenTelemetry of now: the agent's, the SDK's, or none. For the library's own packages; it may
 * change with any release.
 *
 * <p>Asked anew at each use, as an SDK may be set after this class was loaded and tests replace
 * theirs; that is a read of a volatile field. Where neither an SDK nor an agent can be seen when
 * this class is loaded none is expected later, and {@link #get()} is one read of a constant.
 * Thread-safe.
 */
public final class CurrentTelemetry {

  /** Name of the instrumentation scope of all that the library makes. */
  public static final String SCOPE = "io.correlationstation.correlation";

  private static final String SDK_CLASS = "io.opentelemetry.sdk.OpenTelemetrySdk";
  private static final String AGENT_CLASS = "io.opentelemetry.javaagent.OpenTelemetryAgent";

  private static final CurrentTelemetry OFF = new CurrentTelemetry(OpenTelemetry.noop());
  private static final boolean CAN_BE_ON =
      isUnderAgent()
          || isPresent(SDK_CLASS, CurrentTelemetry.class.getClassLoader())
          || isPresent(SDK_CLASS, Thread.currentThread().getContextClassLoader())
          || GlobalOpenTelemetry.isSet();

  private static volatile CurrentTelemetry known = OFF;

  private final OpenTelemetry openTelemetry;
  private final Tracer tracer;
  private final Meter meter;
  private final Logger logger;

  private CurrentTelemetry(OpenTelemetry openTelemetry) {
    String version = CurrentTelemetry.class.getPackage().getImplementationVersion();
    this.openTelemetry = openTelemetry;
    this.tracer =
        openTelemetry
            .tracerBuilder(SCOPE)
            .setInstrumentationVersion(version == null ? "dev" : version)
            .build();
    this.meter = openTelemetry.getMeter(SCOPE);
    this.logger = openTelemetry.getLogsBridge().get(SCOPE);
  }

  /** Never keeps an SDK from being set later, which {@code GlobalOpenTelemetry.get()} does. */
  public static CurrentTelemetry get() {
    if (!CAN_BE_ON) {
      return OFF;
    }
    OpenTelemetry global = GlobalField.read();
    CurrentTelemetry last = known;
    if (last.openTelemetry == global) {
      return last;
    }
    CurrentTelemetry now =
        global == OFF.openTelemetry || global == OpenTelemetry.noop()
            ? OFF
            : new CurrentTelemetry(global);
    known = now;
    return now;
  }

  /** Whether there may be telemetry in this process at all, now or later. */
  public static boolean isPossible() {
    return CAN_BE_ON;
  }

  /** Whether nothing that is made goes anywhere. */
  public boolean isOff() {
    return this == OFF;
  }

  /** Whether the OpenTelemetry agent runs in this JVM. */
  public static boolean isUnderAgent() {
    return isPresent(AGENT_CLASS, ClassLoader.getSystemClassLoader());
  }

  /** Whether a class can be seen by a loader, without initialising it. */
  public static boolean isPresent(String className, @Nullable ClassLoader loader) {
    try {
      Class.forName(className, false, loader);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  public Tracer tracer() {
    return tracer;
  }

  public Meter meter() {
    return meter;
  }

  public Logger logger() {
    return logger;
  }

  public TextMapPropagator propagator() {
    return openTelemetry.getPropagators().getTextMapPropagator();
  }
}
