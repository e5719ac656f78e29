// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Workflow} and its {@link Step}s have in common: a span that is current on the
 * thread that opened it, and log records at entry and exit.
 *
 * <p>An activity ends exactly once. {@link #close()} without {@code end} or {@code fail} before
 * means that the block was left early, by an exception or a return: the activity then ends as
 * FAILED, much as a transaction that is not committed rolls back.
 *
 * <p>Log records, event name {@code workflow.state}: body {@code <name> STARTED|COMPLETED|FAILED},
 * attributes {@code workflow.name}, {@code workflow.step} (steps only), {@code workflow.state},
 * {@code workflow.duration_ms} (at the end) and the correlation keys. They carry the span's trace
 * context and are written when they happen, so that a running step is visible before its span is.
 *
 * <p>Open and close on the same thread; {@code event}, {@code fail} and {@code put} may come from
 * any thread.
 */
public abstract class Activity implements AutoCloseable {

  static final String SCOPE = "io.correlationstation.correlation";

  private static final String EVENT = "workflow.state";
  private static final AttributeKey<String> WORKFLOW = AttributeKey.stringKey("workflow.name");
  private static final AttributeKey<String> STEP = AttributeKey.stringKey("workflow.step");
  private static final AttributeKey<String> STATE = AttributeKey.stringKey("workflow.state");
  private static final AttributeKey<Long> DURATION = AttributeKey.longKey("workflow.duration_ms");

  private final String workflow;
  private final @Nullable String step;
  private final Span span;
  private final Deque<Scope> scopes = new ArrayDeque<>();
  private final long startNanos = System.nanoTime();
  private final Thread owner = Thread.currentThread();
  private volatile Context context;
  private @Nullable Activity openStep;
  private boolean scopeIsStale;
  private boolean ended;
  private boolean closed;

  // sealed to this package
  Activity(String workflow, @Nullable String step, Context parent) {
    this.workflow = requireNonNull(workflow, "workflow");
    this.step = step;
    Correlation keys = Correlation.from(parent).merge(Correlation.current());
    this.span =
        telemetry()
            .getTracer(SCOPE)
            .spanBuilder(name())
            .setParent(parent)
            .setAllAttributes(attributes(keys))
            .startSpan();
    this.context = keys.storeIn(parent).with(span);
    attach();
    log("STARTED", Severity.INFO, null);
  }

  /** Opens a step inside this activity; it becomes current on this thread. */
  public synchronized Step step(String name) {
    Step step = new Step(workflow, requireNonNull(name, "name"), this, context);
    if (Thread.currentThread() == owner) {
      openStep = step;
    }
    return step;
  }

  /**
   * Runs a step to its end: COMPLETED when {@code work} returns, FAILED when it throws. The
   * exception goes on to the caller.
   */
  public <T> T step(String name, Callable<T> work) throws Exception {
    try (Step opened = step(name)) {
      return opened.run(work);
    }
  }

  final <T> T run(Callable<T> work) throws Exception {
    try {
      T result = work.call();
      end(true);
      return result;
    } catch (Throwable failure) {
      fail(failure);
      throw failure;
    }
  }

  /**
   * Sets a key for the rest of this activity and its open steps: on their spans, on what is opened,
   * logged and called from now on, and with the agent on the rest of the request.
   *
   * @throws IllegalArgumentException if the value is not allowed
   */
  public void put(CorrelationKey key, String value) {
    Correlation keys = Correlation.of(key, value);
    Correlation.put(key, value);
    apply(keys);
  }

  private synchronized void apply(Correlation keys) {
    context = keys.storeIn(context);
    keys.forEach((key, value) -> span.setAttribute(key.name(), value));
    if (closed) {
      return;
    }
    if (openStep != null) {
      openStep.apply(keys);
      scopeIsStale = true;
    } else if (Thread.currentThread() == owner) {
      attach();
    } else {
      scopeIsStale = true;
    }
  }

  /** Sets an attribute of the span. */
  public void attribute(String name, String value) {
    span.setAttribute(name, value);
  }

  /** Records that something happened, as an event of the span. */
  public void event(String name) {
    span.addEvent(name);
  }

  /** Records that something happened, with details. */
  public void event(String name, Attributes attributes) {
    span.addEvent(name, attributes);
  }

  /** Ends as FAILED, with the failure on the span and in the log record. No-op after the end. */
  public void fail(Throwable failure) {
    requireNonNull(failure, "failure");
    finish(false, String.valueOf(failure.getMessage()), failure);
  }

  /** Ends as COMPLETED or FAILED. No-op after the end. */
  public void end(boolean success) {
    finish(success, "", null);
  }

  /** Ends as FAILED unless it has ended, and gives the thread its previous context back. */
  @Override
  public synchronized void close() {
    finish(false, "left without end(true)", null);
    closed = true;
    while (!scopes.isEmpty()) {
      scopes.pop().close();
    }
  }

  final synchronized void stepClosed(Step step) {
    if (openStep != step) {
      return;
    }
    openStep = null;
    if (scopeIsStale) {
      scopeIsStale = false;
      attach();
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // close() closes all of them
  private void attach() {
    scopes.push(context.makeCurrent());
  }

  private synchronized void finish(
      boolean success, String description, @Nullable Throwable failure) {
    if (ended) {
      return;
    }
    ended = true;
    if (failure != null) {
      span.recordException(failure);
    }
    if (!success) {
      span.setStatus(StatusCode.ERROR, description);
    }
    log(success ? "COMPLETED" : "FAILED", success ? Severity.INFO : Severity.ERROR, failure);
    span.end();
  }

  private void log(String state, Severity severity, @Nullable Throwable failure) {
    LogRecordBuilder record =
        telemetry()
            .getLogsBridge()
            .get(SCOPE)
            .logRecordBuilder()
            .setContext(context)
            .setEventName(EVENT)
            .setSeverity(severity)
            .setSeverityText(severity.name())
            .setBody(name() + " " + state)
            .setAllAttributes(attributes(Correlation.from(context)))
            .setAttribute(STATE, state);
    if (!state.equals("STARTED")) {
      record.setAttribute(DURATION, (System.nanoTime() - startNanos) / 1_000_000);
    }
    if (failure != null) {
      record.setException(failure);
    }
    record.emit();
  }

  private Attributes attributes(Correlation keys) {
    AttributesBuilder attributes = Attributes.builder().put(WORKFLOW, workflow);
    if (step != null) {
      attributes.put(STEP, step);
    }
    keys.forEach((key, value) -> attributes.put(key.name(), value));
    return attributes.build();
  }

  private String name() {
    return step == null ? workflow : step;
  }

  private static OpenTelemetry telemetry() {
    return GlobalOpenTelemetry.getOrNoop(); // get() would keep an SDK from being set later
  }
}
