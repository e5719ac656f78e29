// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static java.util.Objects.requireNonNull;

import io.correlationstation.correlation.Heartbeats.Beat;
import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.time.Duration;
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
 * <p>Log records, event name {@code workflow.state}: body {@code <name>
 * STARTED|RUNNING|COMPLETED|FAILED}, attributes {@code workflow.name}, {@code workflow.step} (steps
 * only), {@code workflow.state}, {@code workflow.duration_ms} (not at the start), {@code
 * workflow.heartbeat_ms} (until the end: when the next record comes) and the correlation keys. They
 * carry the span's trace context and are written when they happen, so that a running step is
 * visible before its span is. RUNNING is a sign of life after 10, 30, 70 seconds and then each
 * minute ({@code CORRELATION_HEARTBEAT_SECONDS}); where they stop without an end, the process died.
 *
 * <p>Open and close on the same thread; {@code event}, {@code fail} and {@code put} may come from
 * any thread.
 */
public abstract class Activity implements AutoCloseable {

  private final StateLog log;
  private final String stepPrefix;
  private final boolean told;
  private final Span span;
  private final Thread owner = Thread.currentThread();
  private final @Nullable Beat beat;
  private volatile Context context;
  private @Nullable Deque<Scope> scopes;
  private @Nullable Activity openStep;
  private boolean scopeIsStale;
  private boolean ended;
  private boolean closed;

  /**
   * Sealed to this package.
   *
   * @param spanName name of the span; the names in {@code log} have no prefix
   * @param stepPrefix what the span names of steps begin with
   */
  Activity(StateLog log, String spanName, String stepPrefix, Context parent) {
    this.log = log;
    this.stepPrefix = stepPrefix;
    CurrentTelemetry telemetry = CurrentTelemetry.get();
    Context current = Context.current();
    Correlation keys =
        parent == current
            ? Correlation.current()
            : Correlation.from(parent).merge(Correlation.current());
    Context withKeys = keys.storeIn(parent);
    this.told = !telemetry.isOff();
    if (told) {
      this.span =
          telemetry
              .tracer()
              .spanBuilder(spanName)
              .setParent(parent)
              .setAllAttributes(log.attributes(keys))
              .startSpan();
      this.context = withKeys.with(span);
      this.beat = Heartbeats.SHARED.add(this);
      attach();
      log.started(context, Heartbeats.SHARED.firstGap());
    } else {
      this.span = Span.getInvalid();
      this.context = withKeys;
      this.beat = null;
      if (withKeys != current) {
        attach();
      }
    }
  }

  /** Opens a step inside this activity; it becomes current on this thread. */
  public Step step(String name) {
    requireNonNull(name, "name");
    if (!told) { // a step that nobody hears of needs no records, and no lock to open it
      return new Step(log, name, stepPrefix, this, context);
    }
    synchronized (this) {
      StateLog stepLog = new StateLog(log.workflow(), name);
      Step step = new Step(stepLog, stepPrefix + name, stepPrefix, this, context);
      stepOpened(step);
      return step;
    }
  }

  final synchronized void stepOpened(Activity step) {
    if (Thread.currentThread() == owner) {
      openStep = step;
    }
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
    if (!told && !closed) {
      beforeAttach(); // without a lock: it goes up, apply goes down
    }
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

  /** Called when an activity that nobody hears of is about to change the thread's context. */
  void beforeAttach() {}

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
  public void close() {
    if (told || scopes != null) {
      closeAll();
    } else {
      closed = true;
    }
  }

  private synchronized void closeAll() {
    finish(false, "left without end(true)", null);
    closed = true;
    while (scopes != null && !scopes.isEmpty()) {
      scopes.pop().close();
    }
  }

  final void stepClosed(Step step) {
    if (openStep == step) { // of this thread, or it would not be known as open
      forgetOpenStep();
    }
  }

  private synchronized void forgetOpenStep() {
    openStep = null;
    if (scopeIsStale) {
      scopeIsStale = false;
      attach();
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // close() closes all of them
  private void attach() {
    if (scopes == null) {
      scopes = new ArrayDeque<>(2);
    }
    scopes.push(context.makeCurrent());
  }

  /** The context of this activity, to hand to a thread or, by its headers, to a process. */
  public Context context() {
    return context;
  }

  /** Ends as FAILED without closing: the process ends and its owner does not come back. */
  final void abandon(String reason) {
    finish(false, reason, null);
  }

  final void beat(Duration nextWithin) {
    if (!isEnded()) {
      log.running(context, nextWithin);
    }
  }

  private synchronized boolean isEnded() {
    return ended;
  }

  private void finish(boolean success, String description, @Nullable Throwable failure) {
    if (told) {
      tell(success, description, failure);
    }
  }

  private synchronized void tell(boolean success, String description, @Nullable Throwable failure) {
    if (ended) {
      return;
    }
    ended = true;
    Heartbeats.SHARED.remove(beat);
    if (failure != null) {
      span.recordException(failure);
    }
    if (!success) {
      span.setStatus(StatusCode.ERROR, description);
    }
    log.ended(context, success, failure);
    span.end();
  }
}
