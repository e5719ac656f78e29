// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Knows the keys of a context and takes in new ones: what all entry points of the extension share.
 *
 * <p>A context has keys in two places. Its baggage holds what arrived and what the application
 * scoped; {@link RequestKeys} hold what arrived and what was found later. A scoped value wins
 * inside its scope; otherwise the request's value counts.
 *
 * <p>One per JVM, {@link #current()}; before settings are read and when the extension is switched
 * off it has no keys and does nothing.
 */
public final class Carrier {

  private static volatile Carrier current =
      new Carrier(Settings.read(SettingsSource.empty()), false);

  private final Settings settings;
  private final boolean active;
  private final Keys keys;
  private final Counters counters;
  private final Egress egress;
  private final boolean mayExceed; // max-bytes, with values that are all as long as they may be
  private volatile @Nullable String @Nullable [] inherited;

  private Carrier(Settings settings, boolean active) {
    this.settings = settings;
    this.active = active;
    this.keys = new Keys(active ? settings.keys() : Collections.emptyList());
    this.counters = new Counters(keys);
    this.egress = new Egress(keys, counters, settings);
    this.mayExceed = keys.maxLengths() > settings.maxBytes();
  }

  /** A carrier that acts, or not, as the settings say. */
  public static Carrier of(Settings settings) {
    return new Carrier(settings, settings.enabled());
  }

  public static Carrier current() {
    return current;
  }

  /** Makes this the carrier of the JVM. */
  public void install() {
    current = this;
  }

  /** False when the extension is switched off or has not read its settings. */
  public boolean isActive() {
    return active;
  }

  public Settings settings() {
    return settings;
  }

  public Keys keys() {
    return keys;
  }

  public Counters counters() {
    return counters;
  }

  public Egress egress() {
    return egress;
  }

  /** Takes the keys of a context as those that the process was started with. */
  public void inherit(Context context) {
    String[] values = new String[keys.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = valueOf(context, keys.get(i));
    }
    inherited = values;
  }

  /** Returns the value of a key that the process was started with, or null. */
  public @Nullable String inherited(Key key) {
    String[] values = inherited;
    return values == null ? null : values[key.index()];
  }

  /** Returns the values that the process was started with, by index of their key, or null. */
  @Nullable String @Nullable [] inherited() {
    return inherited;
  }

  /** Returns the value of a key in a context, or null. It is safe as a header value. */
  public @Nullable String valueOf(Context context, Key key) {
    return keys.valueAt(key.index(), RequestKeys.of(context), Baggage.fromContext(context));
  }

  /** Whether a context has any key. */
  public boolean hasKeys(Context context) {
    for (int i = 0; i < keys.size(); i++) {
      if (valueOf(context, keys.get(i)) != null) {
        return true;
      }
    }
    return false;
  }

  /** Calls {@code action} for each key that a context has, with a value that is safe in headers. */
  public void forEach(Context context, BiConsumer<Key, String> action) {
    RequestKeys request = RequestKeys.of(context);
    Baggage baggage = Baggage.fromContext(context);
    for (int i = 0; i < keys.size(); i++) {
      String value = keys.valueAt(i, request, baggage);
      if (value != null) {
        action.accept(keys.get(i), value);
      }
    }
  }

  /**
   * Returns {@code context} with a place for the keys of a new request, or itself if it has one.
   */
  public Context withRequest(Context context) {
    RequestKeys request = RequestKeys.of(context);
    return request != null && !request.isInUse()
        ? context
        : context.with(new RequestKeys(keys.size()));
  }

  /**
   * Adds a key to the request of a context.
   *
   * @return whether the request has that value now; false without a request
   */
  public boolean discover(Context context, Key key, String value, Source source) {
    RequestKeys request = RequestKeys.of(context);
    if (request == null) {
      return false;
    }
    if (value.equals(request.get(key.index()))) {
      return true;
    }
    if (!accepts(request, key, value)) {
      return false;
    }
    switch (request.offer(key, value, source)) {
      case TAKEN:
        counters.discovered(key, source);
        return true;
      case CONFLICT:
        counters.conflict(key);
        return false;
      default:
        return true;
    }
  }

  /** Where headers are, under their names; null for what is not there. */
  public interface Headers {
    @Nullable String get(String name) throws ReflectiveOperationException;
  }

  /** Adds the keys in headers to the request of a context, where no propagator has read them. */
  public void discoverHeaders(Context context, Headers headers)
      throws ReflectiveOperationException {
    for (int i = 0; i < keys.size(); i++) {
      Key key = keys.get(i);
      boolean found = discoverHeader(context, key, headers.get(key.header()));
      for (int more = 0; !found && more < key.furtherHeaders().length; more++) {
        found = discoverHeader(context, key, headers.get(key.furtherHeaders()[more]));
      }
    }
  }

  private boolean discoverHeader(Context context, Key key, @Nullable String value) {
    return value != null && discover(context, key, value, Source.HEADER);
  }

  /** Adds a key by its name to the request of a context; false when there is no such key. */
  public boolean discover(Context context, String name, String value, Source source) {
    Key key = keys.named(name);
    return key != null && discover(context, key, value, source);
  }

  /**
   * Returns the context with a key for as long as it is current, or itself if it has that value.
   */
  public Context scoped(Context context, Key key, String value) {
    String refusal = key.refusal(value);
    if (refusal != null) {
      counters.rejected(key, refusal);
      return context;
    }
    if (value.equals(valueOf(context, key))) {
      return context;
    }
    counters.discovered(key, Source.ANNOTATION);
    return context.with(Baggage.fromContext(context).toBuilder().put(key.name(), value).build());
  }

  /** Returns the body of the request of a context, or null when it is of no interest. */
  public @Nullable Body bodyOf(Context context) {
    RequestKeys request = RequestKeys.of(context);
    return request == null ? null : request.body();
  }

  boolean accepts(RequestKeys request, Key key, String value) {
    String refusal = key.refusal(value);
    if (refusal == null && mayExceed && request.size() + value.length() > settings.maxBytes()) {
      refusal = "bytes";
    }
    if (refusal != null) {
      counters.rejected(key, refusal);
    }
    return refusal == null;
  }

  /** Sets the keys of a context on a span and remembers the span for keys that come later. */
  void spanStarted(Context context, Span span) {
    RequestKeys request = RequestKeys.of(context);
    if (request != null) {
      request.spanStarted(span);
    }
    Baggage baggage = Baggage.fromContext(context);
    if (request == null && baggage.isEmpty()) {
      return;
    }
    for (int i = 0; i < keys.size(); i++) {
      String value = keys.valueAt(i, request, baggage);
      if (value != null) {
        span.setAttribute(keys.get(i).attribute(), value);
      }
    }
  }

  /** Returns {@code mdc} itself when it has all keys of the context, else a copy that has. */
  public Map<String, String> withKeys(Context context, Map<String, String> mdc) {
    RequestKeys request = RequestKeys.of(context);
    Baggage baggage = Baggage.fromContext(context);
    Map<String, String> result = mdc;
    for (int i = 0; i < keys.size(); i++) {
      String value = keys.valueAt(i, request, baggage);
      String name = value == null ? null : keys.get(i).mdc();
      if (name != null && !result.containsKey(name)) {
        if (result == mdc) {
          result = new HashMap<>(2 * (mdc.size() + keys.size()));
          result.putAll(mdc);
        }
        result.put(name, value);
      }
    }
    return result;
  }
}
