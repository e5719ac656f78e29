// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.correlationstation.correlation.CorrelationTelemetry;
import io.correlationstation.correlation.CorrelationTelemetry.Mode;
import java.time.Duration;
import org.springframework.beans.factory.DisposableBean;

/** The telemetry of this application; ends with it, and sends what is held. */
public final class TelemetryOfApplication implements DisposableBean {

  private final CorrelationTelemetry telemetry;
  private final Duration closeWithin;

  TelemetryOfApplication(CorrelationTelemetry telemetry, Duration closeWithin) {
    this.telemetry = telemetry;
    this.closeWithin = closeWithin;
  }

  public Mode mode() {
    return telemetry.mode();
  }

  /** Whether spans are the starter's to make: not under the agent, and not for nobody. */
  boolean isOurs() {
    return mode() == Mode.SDK || mode() == Mode.EXISTING;
  }

  @Override
  public void destroy() {
    telemetry.close(closeWithin);
  }
}
