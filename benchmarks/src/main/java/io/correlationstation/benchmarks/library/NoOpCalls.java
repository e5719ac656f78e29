// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.library;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.Step;
import io.correlationstation.correlation.Workflow;
import io.correlationstation.correlation.mdso.MdsoEvents;
import io.correlationstation.correlation.metrics.Bound;
import io.correlationstation.correlation.metrics.BoundedMetrics;
import io.correlationstation.correlation.traced.Operation;
import io.correlationstation.correlation.traced.TracedProxy;
import java.util.function.IntSupplier;

/** Calls of the library; public for the class loader that hides the SDK. */
public final class NoOpCalls {

  private static final Operation GET = Operation.query("GetCircuit");
  private static final MdsoEvents EVENTS = MdsoEvents.create().tid("EXPLTXAA01W");
  private static final BoundedMetrics.Counter ORDERS =
      BoundedMetrics.counter("orders", "{order}", Bound.oneOf("service_type", "FIA"));
  private static final IntSupplier SEVEN = () -> 7;
  private static final IntSupplier TRACED = TracedProxy.queries(IntSupplier.class, SEVEN);

  private NoOpCalls() {}

  /** The call of a name. */
  public static IntSupplier of(String name) {
    return switch (name) {
      case "nothing" -> SEVEN;
      case "operation" -> () -> GET.get(() -> 7);
      case "proxy" -> TRACED;
      case "counter" ->
          () -> {
            ORDERS.add(1, "FIA");
            return 7;
          };
      case "event" ->
          () -> {
            EVENTS.tokenDeleted();
            return 7;
          };
      case "current" -> () -> Correlation.current().size();
      case "step" -> steps();
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static IntSupplier steps() {
    Workflow workflow = Workflow.start("order");
    return () -> {
      try (Step step = workflow.step("reserve")) {
        step.end(true);
        return 7;
      }
    };
  }
}
