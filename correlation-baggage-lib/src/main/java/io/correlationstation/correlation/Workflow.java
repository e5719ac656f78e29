// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.context.Context;
import java.util.concurrent.Callable;

/**
 * A piece of orchestrated work that is told step by step: an INTERNAL span of its name, below it a
 * span a step, and log records when each of them starts and ends.
 *
 * <pre>{@code
 * try (Workflow workflow = Workflow.start("create_network_service")) {
 *   Reservation reserved = workflow.step("reserve", () -> inventory.reserve(circuit));
 *   try (Step create = workflow.step("create_resource")) {
 *     String id = orchestrator.create(reserved);
 *     create.event("resource_created");
 *     create.end(true);
 *     workflow.put(CorrelationKey.RESOURCE_ID, id);
 *   }
 *   workflow.end(true);
 * }
 * }</pre>
 *
 * <p>Names are few and stable; an identifier belongs into a key or an attribute.
 */
public final class Workflow extends Activity {

  private Workflow(String name, Context parent) {
    super(name, null, parent);
  }

  /** Starts a workflow below the current span and makes it current on this thread. */
  public static Workflow start(String name) {
    return new Workflow(requireNonNull(name, "name"), Context.current());
  }

  /** Runs a workflow to its end: COMPLETED when {@code work} returns, FAILED when it throws. */
  public static <T> T call(String name, Callable<T> work) throws Exception {
    try (Workflow workflow = start(name)) {
      return workflow.run(work);
    }
  }
}
