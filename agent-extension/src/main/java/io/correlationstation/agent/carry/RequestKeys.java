// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import io.opentelemetry.context.ImplicitContextKeyed;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one request or message, shared by reference by every context that derives from it.
 * That is what lets a key found late, in a body, reach a thread that captured its context before.
 *
 * <p>A value is replaced only by one from a more trusted source, or by the application itself; so
 * parallel parts of a request cannot overwrite each other in turn. Spans that are open when a value
 * arrives get it as an attribute; at most {@value #MAX_OPEN_SPANS} of them are remembered.
 *
 * <p>Thread-safe.
 */
final class RequestKeys implements ImplicitContextKeyed {

  private static final ContextKey<RequestKeys> KEY = ContextKey.named("correlation-request");
  private static final int MAX_OPEN_SPANS = 32;
  private static final int FEW_SPANS = 4;

  private final @Nullable RequestKeys outer;
  private volatile @Nullable Found[] values; // once the request is shared, replaced and not changed
  private @Nullable Span @Nullable [] openSpans; // guarded by this, as the next two
  private int openCount;
  private int startsToCleanup = FEW_SPANS;
  private @Nullable Baggage baggage;
  private volatile @Nullable Body body;

  RequestKeys(int keyCount) {
    this(keyCount, null);
  }

  /** The keys of an outgoing call of a request: what is found during the call is the request's. */
  RequestKeys(int keyCount, @Nullable RequestKeys outer) {
    this.values = new Found[keyCount];
    this.outer = outer;
  }

  static @Nullable RequestKeys of(Context context) {
    return context.get(KEY);
  }

  /** Returns the value of the key at an index of {@link Keys}, or null. */
  @Nullable String get(int index) {
    Found found = values[index];
    if (found != null) {
      return found.value;
    }
    return outer == null ? null : outer.get(index);
  }

  /** Returns the value that the baggage of the request holds for the key at an index, or null. */
  @Nullable String inBaggage(int index) {
    Found found = values[index];
    return found == null ? null : found.baggage;
  }

  /**
   * Says which baggage holds what {@link #inBaggage} says of all keys. Before the request is
   * shared.
   */
  void baggage(Baggage arrived) {
    baggage = arrived;
  }

  /** Whether nobody has scoped a key since the request arrived; false when that is not known. */
  boolean cameWith(Baggage current) {
    return current == baggage;
  }

  /** The body that came with the request, or null when there is nothing to look for in it. */
  @Nullable Body body() {
    return body;
  }

  void body(@Nullable Body arrived) {
    body = arrived;
  }

  /** Whether a span of this request was started: its contexts belong to that request. */
  boolean isInUse() {
    synchronized (this) {
      return openSpans != null;
    }
  }

  /** What became of an offered value. */
  enum Outcome {
    TAKEN,
    KNOWN,
    CONFLICT
  }

  /**
   * Sets what arrived with the request; the baggage of its context holds the same. Before the
   * request is shared.
   */
  void arrived(Key key, String value, Source source) {
    values[key.index()] = new Found(value, source, value);
  }

  /**
   * Keeps {@code value} although the baggage of the context says something else, or nothing. Before
   * the request is shared.
   */
  void mask(Key key, String value, @Nullable String baggage) {
    values[key.index()] = new Found(value, Source.API, baggage);
  }

  /** Offers a value that has been checked. */
  Outcome offer(Key key, String value, Source source) {
    if (outer != null) {
      return outer.offer(key, value, source);
    }
    synchronized (this) {
      Found current = values[key.index()];
      if (current != null) {
        if (current.value.equals(value)) {
          return Outcome.KNOWN;
        }
        boolean mayReplace = source.compareTo(current.source) < 0 || source == Source.API;
        if (!mayReplace) {
          return Outcome.CONFLICT;
        }
      }
      @Nullable Found[] changed = values.clone();
      changed[key.index()] = new Found(value, source, current == null ? null : current.baggage);
      values = changed;
      setOnOpenSpans(key, value);
      return Outcome.TAKEN;
    }
  }

  /** Characters of all values together. */
  int size() {
    if (outer != null) {
      return outer.size();
    }
    int size = 0;
    for (Found found : values) {
      size += found == null ? 0 : found.value.length();
    }
    return size;
  }

  /** Remembers a span that records. */
  void spanStarted(Span span) {
    if (outer != null) {
      outer.spanStarted(span);
      return;
    }
    synchronized (this) {
      Span[] spans = openSpans == null ? new Span[FEW_SPANS] : openSpans;
      if (startsToCleanup-- == 0) {
        forgetEnded(spans);
        startsToCleanup = Math.max(FEW_SPANS, Math.min(openCount, MAX_OPEN_SPANS - openCount));
      }
      if (openCount < MAX_OPEN_SPANS) {
        spans = openCount < spans.length ? spans : Arrays.copyOf(spans, 2 * openCount);
        spans[openCount++] = span;
      }
      openSpans = spans;
    }
  }

  /** Asking a span takes its lock, so this is not done at each start. */
  private void forgetEnded(@Nullable Span[] spans) {
    int open = 0;
    for (int i = 0; i < openCount; i++) {
      Span span = spans[i];
      if (span != null && span.isRecording()) {
        spans[open++] = span;
      }
    }
    Arrays.fill(spans, open, openCount, null);
    openCount = open;
  }

  /** Holds the lock. */
  private void setOnOpenSpans(Key key, String value) {
    for (int i = 0; openSpans != null && i < openCount; i++) {
      Span span = openSpans[i];
      if (span != null && span.isRecording()) {
        span.setAttribute(key.attribute(), value);
      }
    }
  }

  @Override
  public Context storeInContext(Context context) {
    return context.with(KEY, this);
  }

  private static final class Found {

    private final String value;
    private final Source source;
    private final @Nullable String baggage;

    Found(String value, Source source, @Nullable String baggage) {
      this.value = value;
      this.source = source;
      this.baggage = baggage;
    }
  }
}
