// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.correlationstation.agent.settings.Settings;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import org.jspecify.annotations.Nullable;

/**
 * Decides what leaves the process, and prepares the context of an outgoing call for it.
 *
 * <p>Works on the context and not on the propagators: whatever injects from that context later, the
 * standard baggage propagator or one that ignores the configured ones, finds in the baggage exactly
 * what may go to that destination. Entries that are not keys are left alone.
 *
 * <p>A context that no client prepared, such as one that an application injects from by hand,
 * counts as allowed.
 */
public final class Egress {

  private static final ContextKey<Boolean> DENIED = ContextKey.named("correlation-denied");

  private final Keys keys;
  private final Counters counters;
  private final Destinations destinations;
  private final @Nullable Pseudonyms pseudonyms;

  Egress(Keys keys, Counters counters, Settings settings) {
    this.keys = keys;
    this.counters = counters;
    this.destinations = new Destinations(settings.egressAllow(), settings.egressTopics());
    this.pseudonyms = Pseudonyms.of(settings.hmacSecret());
  }

  static boolean isDenied(Context context) {
    return Boolean.TRUE.equals(context.get(DENIED));
  }

  /** Returns the context for a call to a host; {@code kind} as in {@link Counters#denied}. */
  public Context toHost(Context context, String kind, @Nullable String host) {
    return prepare(context, kind, destinations.allowsHost(host));
  }

  /** Returns the context for a message to a topic or exchange; null is the default exchange. */
  public Context toTopic(Context context, @Nullable String topic) {
    return prepare(context, "messaging", destinations.allowsTopic(topic));
  }

  /** Returns the context for a process that is being started on this machine. */
  public Context toProcess(Context context) {
    return prepare(context, "process", true);
  }

  private Context prepare(Context context, String kind, boolean allowed) {
    Baggage baggage = Baggage.fromContext(context);
    RequestKeys request = RequestKeys.of(context);
    Context marked =
        isDenied(context) == !allowed ? context : context.with(DENIED, allowed ? null : true);
    if (request == null && baggage.isEmpty()) {
      return marked;
    }
    BaggageBuilder changed = null;
    boolean masked = false;
    for (int i = 0; i < keys.size(); i++) {
      Key key = keys.get(i);
      String value = keys.valueAt(i, request, baggage);
      String goes = allowed ? outgoing(key, value) : null;
      String has = keys.inBaggage(i, request, baggage);
      masked |= value != null && !value.equals(goes);
      if (goes != null && !goes.equals(has)) {
        changed = (changed == null ? baggage.toBuilder() : changed).put(key.name(), goes);
      } else if (goes == null && has != null) {
        changed = (changed == null ? baggage.toBuilder() : changed).remove(key.name());
      }
    }
    if (masked && !allowed) {
      counters.denied(kind);
    }
    if (changed == null) {
      return marked;
    }
    Baggage outgoing = changed.build();
    Context prepared = marked.with(outgoing);
    return masked ? prepared.with(masked(request, baggage, outgoing)) : prepared;
  }

  /** The same keys for spans and logs of the call, although its baggage says something else. */
  private RequestKeys masked(@Nullable RequestKeys request, Baggage baggage, Baggage outgoing) {
    RequestKeys masked = new RequestKeys(keys.size(), request);
    for (int i = 0; i < keys.size(); i++) {
      Key key = keys.get(i);
      String value = keys.valueAt(i, request, baggage);
      if (value != null) {
        masked.mask(key, value, outgoing.getEntryValue(key.name()));
      }
    }
    return masked;
  }

  /** Returns what may leave of a value: itself, a pseudonym or null. */
  @Nullable String outgoing(Key key, @Nullable String value) {
    if (value == null) {
      return null;
    }
    switch (key.egress()) {
      case DROP:
        return null;
      case HMAC:
        return pseudonyms == null ? null : pseudonyms.pseudonym(value);
      default:
        return value;
    }
  }
}
