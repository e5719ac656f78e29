// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static java.util.Objects.requireNonNull;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Arrays;
import java.util.List;
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

  private static final boolean UNDER_AGENT = CurrentTelemetry.isUnderAgent();
  private static final Correlation EMPTY = new Correlation(new CorrelationKey[0], new String[0]);

  private final CorrelationKey[] keys;
  private final String[] values;

  /** Made on first use; a race makes it twice, which is harmless. */
  private @Nullable KeysBaggage baggage;

  /** The value of each key stands at its index. */
  private Correlation(CorrelationKey[] keys, String[] values) {
    this.keys = keys;
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

  /**
   * The keys of the current context, and with the agent those of the current request. Allocates
   * nothing when the keys came through this library.
   */
  public static Correlation current() {
    Correlation correlation = from(Context.current());
    return UNDER_AGENT ? withAgentKeys(correlation) : correlation;
  }

  private static Correlation withAgentKeys(Correlation inContext) {
    Correlation correlation = inContext;
    for (CorrelationKey key : CorrelationKey.declared()) {
      String known = AgentKeys.get(key.name());
      if (known != null && !known.equals(correlation.get(key))) {
        correlation = correlation.withIfValid(key, known);
      }
    }
    return correlation;
  }

  /**
   * The keys in the baggage of a context; entries with a value that is not allowed are left out.
   */
  public static Correlation from(Context context) {
    Baggage baggage = Baggage.fromContext(context);
    if (baggage instanceof KeysBaggage) {
      return ((KeysBaggage) baggage).keys();
    }
    return baggage.isEmpty() ? EMPTY : parse(key -> validIn(baggage, key));
  }

  private static @Nullable String validIn(Baggage baggage, CorrelationKey key) {
    String value = baggage.getEntryValue(key.name());
    return key.accepts(value) ? value : null;
  }

  /**
   * The keys in the headers of a request or message. Meant for remote input: a value that is not
   * allowed is left out, counted in {@code correlation.values.rejected}, and never throws.
   *
   * @param headers returns the value of a header name such as {@code X-Circuit-Id}, or null
   */
  public static Correlation fromHeaders(Function<String, @Nullable String> headers) {
    return parse(key -> admitted(key, headers.apply(key.header())));
  }

  private static @Nullable String admitted(CorrelationKey key, @Nullable String value) {
    return value != null && KeyValue.admit(key, value) ? value : null;
  }

  private static Correlation parse(Function<CorrelationKey, @Nullable String> source) {
    List<CorrelationKey> declared = CorrelationKey.declared();
    CorrelationKey[] keys = new CorrelationKey[declared.size()];
    String[] values = new String[keys.length];
    int found = 0;
    for (CorrelationKey key : declared) {
      String value = source.apply(key);
      if (value != null) {
        keys[found] = key;
        values[found++] = value;
      }
    }
    return found == 0
        ? EMPTY
        : new Correlation(Arrays.copyOf(keys, found), Arrays.copyOf(values, found));
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
    int index = indexOf(key);
    return index < 0 ? null : values[index];
  }

  @Nullable String get(String name) {
    int index = indexOf(name);
    return index < 0 ? null : values[index];
  }

  private int indexOf(CorrelationKey key) {
    return indexOf(key.name());
  }

  private int indexOf(String name) {
    for (int i = 0; i < keys.length; i++) {
      if (keys[i].name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  public boolean isEmpty() {
    return keys.length == 0;
  }

  /** How many keys have a value. */
  public int size() {
    return keys.length;
  }

  /** Calls {@code action} for each key in the order in which it was added. */
  public void forEach(BiConsumer<? super CorrelationKey, ? super String> action) {
    for (int i = 0; i < keys.length; i++) {
      action.accept(keys[i], values[i]);
    }
  }

  /**
   * This correlation with one key added or replaced.
   *
   * @throws IllegalArgumentException if the value is not allowed
   */
  public Correlation with(CorrelationKey key, String value) {
    requireNonNull(key, "key");
    KeyValue.require(key, requireNonNull(value, "value"));
    return set(key, value);
  }

  /**
   * This correlation with one key from remote input added or replaced; the same correlation when
   * the value is null or not allowed. The second is counted in {@code correlation.values.rejected}.
   */
  public Correlation withIfValid(CorrelationKey key, @Nullable String value) {
    requireNonNull(key, "key");
    String admitted = admitted(key, value);
    return admitted == null ? this : set(key, admitted);
  }

  private Correlation set(CorrelationKey key, String value) {
    int index = indexOf(key);
    if (index >= 0 && values[index].equals(value)) {
      return this;
    }
    int size = index < 0 ? keys.length + 1 : keys.length;
    CorrelationKey[] newKeys = Arrays.copyOf(keys, size);
    String[] newValues = Arrays.copyOf(values, size);
    int at = index < 0 ? keys.length : index;
    newKeys[at] = key;
    newValues[at] = value;
    return new Correlation(newKeys, newValues);
  }

  /** This correlation without one key. */
  public Correlation without(CorrelationKey key) {
    int index = indexOf(key);
    if (index < 0) {
      return this;
    }
    Correlation others = EMPTY;
    for (int i = 0; i < keys.length; i++) {
      others = i == index ? others : others.set(keys[i], values[i]);
    }
    return others;
  }

  /** Both together; where both have a key, {@code other} wins. */
  public Correlation merge(Correlation other) {
    if (isEmpty()) {
      return other;
    }
    CorrelationKey[] newKeys = Arrays.copyOf(keys, keys.length + other.keys.length);
    String[] newValues = Arrays.copyOf(values, newKeys.length);
    int size = keys.length;
    boolean changed = false;
    for (int i = 0; i < other.keys.length; i++) {
      int index = indexOf(other.keys[i]);
      int at = index < 0 ? size++ : index;
      changed |= index < 0 || !values[index].equals(other.values[i]);
      newKeys[at] = other.keys[i];
      newValues[at] = other.values[i];
    }
    if (!changed) {
      return this;
    }
    return size == newKeys.length
        ? new Correlation(newKeys, newValues)
        : new Correlation(Arrays.copyOf(newKeys, size), Arrays.copyOf(newValues, size));
  }

  /** The keys that have the same value in both, such as in all messages of a batch. */
  public Correlation common(Correlation other) {
    Correlation common = this;
    for (int i = 0; i < keys.length; i++) {
      if (!values[i].equals(other.get(keys[i]))) {
        common = common.without(keys[i]);
      }
    }
    return common;
  }

  /**
   * The context with these keys in its baggage. Keys that this correlation lacks keep the value
   * that they have there, and so does other baggage.
   */
  public Context storeIn(Context context) {
    if (isEmpty()) {
      return context;
    }
    Baggage present = Baggage.fromContext(context);
    if (present instanceof KeysBaggage) {
      KeysBaggage below = (KeysBaggage) present;
      Correlation all = below.keys().merge(this);
      return all == below.keys() ? context : context.with(all.on(below.others()));
    }
    return context.with(from(context).merge(this).on(present));
  }

  private KeysBaggage on(Baggage others) {
    if (!others.isEmpty()) {
      return new KeysBaggage(this, others);
    }
    KeysBaggage made = baggage;
    if (made == null) {
      made = new KeysBaggage(this, others);
      baggage = made;
    }
    return made;
  }

  /** Makes the keys current on this thread until the scope is closed on the same thread. */
  @SuppressWarnings("MustBeClosedChecker") // the caller's to close
  public Scope makeCurrent() {
    return isEmpty() ? Scope.noop() : storeIn(Context.current()).makeCurrent();
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

  /**
   * An executor that runs each task in the context in which it was handed over, whatever that is
   * then. For the pools of a service; under the agent they do so anyway.
   */
  public static Executor propagating(Executor executor) {
    return Context.taskWrapping(executor);
  }

  public static ExecutorService propagating(ExecutorService executor) {
    return Context.taskWrapping(executor);
  }

  public static ScheduledExecutorService propagating(ScheduledExecutorService executor) {
    return Context.taskWrapping(executor);
  }

  /** Equal when both have the same keys with the same values, in whatever order. */
  @Override
  public boolean equals(@Nullable Object other) {
    if (!(other instanceof Correlation) || ((Correlation) other).keys.length != keys.length) {
      return false;
    }
    for (int i = 0; i < keys.length; i++) {
      if (!values[i].equals(((Correlation) other).get(keys[i]))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    int hash = 0;
    for (int i = 0; i < keys.length; i++) {
      hash += keys[i].hashCode() ^ values[i].hashCode();
    }
    return hash;
  }

  /** Such as {@code {circuit_id=80.L1XX.000001..TEST}}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    forEach(
        (key, value) ->
            text.append(text.length() > 1 ? ", " : "").append(key).append('=').append(value));
    return text.append('}').toString();
  }
}
