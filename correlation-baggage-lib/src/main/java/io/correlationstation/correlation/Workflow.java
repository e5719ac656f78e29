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

  private Workflow(String name, String spanPrefix, String stepPrefix, Context parent) {
    super(new StateLog(requireNonNull(name, "name"), null), spanPrefix + name, stepPrefix, parent);
  }

  /** Starts a workflow below the current span and makes it current on this thread. */
  public static Workflow start(String name) {
    return start(name, Context.current());
  }

  /**
   * Starts a workflow below a context that came from elsewhere: another thread's {@link #context()}
   * or the headers of a message.
   */
  public static Workflow start(String name, Context parent) {
    return new Workflow(name, "", "", parent);
  }

  /**
   * Starts a workflow that stands for one of the orchestrator's: its span is named {@code
   * mdso.workflow.<name>} and those of its steps {@code mdso.product.<name>}, as they are when they
   * come out of an orchestration trace.
   */
  public static Workflow orchestrated(String name) {
    return new Workflow(name, "mdso.workflow.", "mdso.product.", Context.current());
  }

  /** Runs a workflow to its end: COMPLETED when {@code work} returns, FAILED when it throws. */
  public static <T> T call(String name, Callable<T> work) throws Exception {
    try (Workflow workflow = start(name)) {
      return workflow.run(work);
    }
  }
}
