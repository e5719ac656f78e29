// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.library.app;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.CorrelationTelemetry;
import io.correlationstation.correlation.Step;
import io.correlationstation.correlation.Workflow;
import io.opentelemetry.context.Scope;
import java.util.concurrent.CountDownLatch;

/** A service whose second step never comes to its end. */
public final class StuckApp {

  private StuckApp() {}

  public static void main(String[] args) throws Exception {
    try (CorrelationTelemetry telemetry = CorrelationTelemetry.configure("activator");
        Scope scope =
            Correlation.of(CorrelationKey.CIRCUIT_ID, "80.L1XX.000001..TEST").makeCurrent();
        Workflow workflow = Workflow.start("activate_circuit")) {
      workflow.step("reserve", () -> "port-7");
      try (Step configure = workflow.step("configure_device")) {
        System.out.println("STUCK");
        new CountDownLatch(1).await();
        configure.end(true);
      }
    }
  }
}
