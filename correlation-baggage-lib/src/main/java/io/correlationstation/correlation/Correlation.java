// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static java.util.Objects.requireNonNull;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The correlation keys of one piece of work, as an immutable value.
 *
 * <pre>{@code
 * Correlation order = Correlation.current().with(CIRCUIT_ID, "80.L1XX.000001..TEST");
 * try (Scope scope = order.makeCurrent()) {
 *   inventory.reserve();            // spans, logs and calls in here carry the circuit id
 *   pool.submit(order.wrap(task));  // and so does the task
 * }
 * }</pre>
 *
 * <p>The keys travel as OpenTelemetry baggage, beside whatever other baggage there is. With the
 * agent extension {@link #current()} also sees what the agent found in the request (headers, query,
 * body), and {@link #put} changes it for the rest of the request. Without an SDK the keys are still
 * visible to {@code current()} in the same process; they just do not leave it.
 *
 * <p>Values are 1 to 128 printable ASCII characters without space, {@code ,}, {@code ;}, {@code "}
 * and {@code \}. Thread-safe. Nothing here is a secret or proof of identity: any caller can send
 * any value.
 */
public final class Correlation {

  private static final Correlation EMPTY = new Correlation(Collections.emptyMap());

  private final Map<CorrelationKey, String> values;

  private Correlation(Map<CorrelationKey, String> values) {
    this.values = values;
  }

  public static Correlation empty() {
    return EMPTY;
  }

  /**
   * A correlation of one key.
   *
   * @throws IllegalArgumentException if the value is not allowed
   */
  public static Correlation of(CorrelationKey key, String value) {
    return EMPTY.with(key, value);
  }

  /** The keys of the current context, and with the agent those of the current request. */
  public static Correlation current() {
    Correlation correlation = from(Context.current());
    for (CorrelationKey key : CorrelationKey.DEFAULTS) {
      String known = AgentKeys.get(key.name());
      if (known != null && !known.equals(correlation.values.get(key))) {
        correlation = correlation.with(key, known);
      }
    }
    return correlation;
  }

  /**
   * The keys in the baggage of a context; entries with a value that is not allowed are left out.
   */
  public static Correlation from(Context context) {
    Baggage baggage = Baggage.fromContext(context);
    return baggage.isEmpty() ? EMPTY : parse(key -> baggage.getEntryValue(key.name()));
  }

  /**
   * The keys in the headers of a request or message. Meant for remote input: a value that is not
   * allowed is left out and never throws.
   *
   * @param headers returns the value of a header name such as {@code X-Circuit-Id}, or null
   */
  public static Correlation fromHeaders(Function<String, @Nullable String> headers) {
    return parse(key -> headers.apply(key.header()));
  }

  private static Correlation parse(Function<CorrelationKey, @Nullable String> source) {
    Map<CorrelationKey, String> found = new LinkedHashMap<>();
    for (CorrelationKey key : CorrelationKey.DEFAULTS) {
      String value = source.apply(key);
      if (value != null && KeyValue.isValid(value)) {
        found.put(key, value);
      }
    }
    return found.isEmpty() ? EMPTY : new Correlation(found);
  }

  /**
   * Sets a key for the rest of the current request: on the spans of it that are still open, on
   * everything after, and on threads that took the context over before.
   *
   * @return false without the agent or outside a request; use {@link #makeCurrent()} or {@link
   *     Workflow#put} there
   * @throws IllegalArgumentException if the value is not allowed
   */
  public static boolean put(CorrelationKey key, String value) {
    return AgentKeys.put(key.name(), KeyValue.require(key, value));
  }

  /** Returns the value of a key, or null when this correlation does not have it. */
  public @Nullable String get(CorrelationKey key) {
    return values.get(key);
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }

  /** Calls {@code action} for each key in the order in which it was added. */
  public void forEach(BiConsumer<? super CorrelationKey, ? super String> action) {
    values.forEach(action);
  }

  /**
   * This correlation with one key added or replaced.
   *
   * @throws IllegalArgumentException if the value is not allowed
   */
  public Correlation with(CorrelationKey key, String value) {
    requireNonNull(key, "key");
    KeyValue.require(key, requireNonNull(value, "value"));
    if (value.equals(values.get(key))) {
      return this;
    }
    Map<CorrelationKey, String> changed = new LinkedHashMap<>(values);
    changed.put(key, value);
    return new Correlation(changed);
  }

  /** This correlation without one key. */
  public Correlation without(CorrelationKey key) {
    if (!values.containsKey(key)) {
      return this;
    }
    Map<CorrelationKey, String> changed = new LinkedHashMap<>(values);
    changed.remove(key);
    return changed.isEmpty() ? EMPTY : new Correlation(changed);
  }

  /** Both together; where both have a key, {@code other} wins. */
  public Correlation merge(Correlation other) {
    if (other.isEmpty() || equals(other)) {
      return this;
    }
    if (isEmpty()) {
      return other;
    }
    Map<CorrelationKey, String> merged = new LinkedHashMap<>(values);
    merged.putAll(other.values);
    return new Correlation(merged);
  }

  /**
   * The context with these keys in its baggage. Keys that this correlation lacks keep the value
   * that they have there.
   */
  public Context storeIn(Context context) {
    if (values.isEmpty()) {
      return context;
    }
    BaggageBuilder baggage = Baggage.fromContext(context).toBuilder();
    values.forEach((key, value) -> baggage.put(key.name(), value));
    return context.with(baggage.build());
  }

  /** Makes the keys current on this thread until the scope is closed on the same thread. */
  @SuppressWarnings("MustBeClosedChecker") // the caller's to close
  public Scope makeCurrent() {
    return values.isEmpty() ? Scope.noop() : storeIn(Context.current()).makeCurrent();
  }

  /** A task that runs in the context of now with these keys. The same holds for all of these. */
  public Runnable wrap(Runnable task) {
    return context().wrap(task);
  }

  public <T> Callable<T> wrap(Callable<T> task) {
    return context().wrap(task);
  }

  public <T> Supplier<T> wrapSupplier(Supplier<T> supplier) {
    return context().wrapSupplier(supplier);
  }

  public <T, R> Function<T, R> wrapFunction(Function<T, R> function) {
    return context().wrapFunction(function);
  }

  public <T> Consumer<T> wrapConsumer(Consumer<T> consumer) {
    return context().wrapConsumer(consumer);
  }

  /** An executor whose tasks run in the context of now with these keys. */
  public Executor wrap(Executor executor) {
    return context().wrap(executor);
  }

  public ExecutorService wrap(ExecutorService executor) {
    return context().wrap(executor);
  }

  public ScheduledExecutorService wrap(ScheduledExecutorService executor) {
    return context().wrap(executor);
  }

  private Context context() {
    return storeIn(Context.current());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Correlation && ((Correlation) other).values.equals(values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  /** Such as {@code {circuit_id=80.L1XX.000001..TEST}}. */
  @Override
  public String toString() {
    return values.toString();
  }
}
