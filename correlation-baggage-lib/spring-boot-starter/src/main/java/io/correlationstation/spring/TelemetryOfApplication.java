// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.correlationstation.correlation.CorrelationTelemetry;
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

  public CorrelationTelemetry.Mode mode() {
    return telemetry.mode();
  }

  @Override
  public void destroy() {
    telemetry.close(closeWithin);
  }
}
