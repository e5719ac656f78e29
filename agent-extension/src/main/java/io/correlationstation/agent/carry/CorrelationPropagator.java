// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Carries keys in headers of their own, such as {@code X-Circuit-Id}, and into the baggage.
 *
 * <p>Has to be the last propagator: {@code extract} looks at the baggage that another one has read.
 * When header and baggage disagree the header counts, as the nearer and more explicit word.
 */
public final class CorrelationPropagator implements TextMapPropagator {

  /** As in {@code otel.propagators}. */
  public static final String NAME = "correlation";

  private static final String CONTENT_TYPE = "content-type";

  /**
   * A getter that reads what the process was started with, and no request. A class, because each
   * request asks for it, and that something does not implement an interface is found out slowly.
   */
  public abstract static class OfProcess<C> implements TextMapGetter<C> {}

  private final Carrier carrier;
  private final Keys keys;

  public CorrelationPropagator(Carrier carrier) {
    this.carrier = carrier;
    this.keys = carrier.keys();
  }

  @Override
  public Collection<String> fields() {
    return keys.headers();
  }

  @Override
  public <C> void inject(Context context, @Nullable C target, TextMapSetter<C> setter) {
    try {
      RequestKeys request = RequestKeys.of(context);
      Baggage baggage = Baggage.fromContext(context);
      if (Egress.isDenied(context) || (request == null && baggage.isEmpty())) {
        return;
      }
      for (int i = 0; i < keys.size(); i++) {
        String value = carrier.egress().outgoing(keys.get(i), keys.valueAt(i, request, baggage));
        if (value != null) {
          setter.set(target, keys.header(i), value);
        }
      }
    } catch (Throwable failure) {
      Failures.record("inject", failure);
    }
  }

  @Override
  public <C> Context extract(Context context, @Nullable C source, TextMapGetter<C> getter) {
    try {
      return extractKeys(context, source, getter);
    } catch (Throwable failure) {
      Failures.record("extract", failure);
      return context;
    }
  }

  private <C> Context extractKeys(Context context, @Nullable C source, TextMapGetter<C> getter) {
    boolean ofProcess = getter instanceof OfProcess;
    RequestKeys request = new RequestKeys(keys.size());
    request.body(Body.ofType(getter.get(source, CONTENT_TYPE)));
    Baggage baggage = Baggage.fromContext(context);
    int unread = baggage.size();
    @Nullable String @Nullable [] inheritedValues = carrier.inherited();
    BaggageBuilder changed = null;
    for (int i = 0; i < keys.size(); i++) {
      String sent = getter.get(source, keys.header(i));
      if (sent == null && unread == 0 && inheritedValues == null && !keys.anyFurtherHeaders()) {
        continue; // most keys of most requests
      }
      Key key = keys.get(i);
      String inHeader = acceptable(request, key, sent);
      if (inHeader == null && keys.anyFurtherHeaders()) {
        inHeader = furtherHeader(request, source, getter, key);
      }
      String inBaggage = unread == 0 ? null : baggage.getEntryValue(key.name());
      unread -= inBaggage == null ? 0 : 1;
      String inherited = inheritedValues == null ? null : inheritedValues[i];
      if (inHeader != null) {
        boolean agree = inHeader.equals(inBaggage);
        if (!agree && inBaggage != null && !inBaggage.equals(inherited)) {
          carrier.counters().conflict(key);
        }
        take(request, key, inHeader, ofProcess ? Source.ENVIRONMENT : Source.HEADER);
        if (!agree) {
          changed = builder(changed, baggage).put(key.name(), inHeader);
        }
      } else if (inBaggage != null && !inBaggage.equals(inherited)) {
        if (carrier.accepts(request, key, inBaggage)) {
          take(request, key, inBaggage, ofProcess ? Source.ENVIRONMENT : Source.BAGGAGE);
        } else {
          changed = builder(changed, baggage).remove(key.name());
        }
      } else if (inherited != null && carrier.accepts(request, key, inherited)) {
        take(request, key, inherited, Source.ENVIRONMENT);
        if (inBaggage == null) { // the request has a baggage of its own
          changed = builder(changed, baggage).put(key.name(), inherited);
        }
      } else if (inBaggage != null) {
        changed = builder(changed, baggage).remove(key.name());
      }
    }
    Baggage arrived = changed == null ? baggage : changed.build();
    request.baggage(arrived);
    Context withRequest = context.with(request);
    return changed == null ? withRequest : withRequest.with(arrived);
  }

  private void take(RequestKeys request, Key key, String value, Source origin) {
    request.arrived(key, value, origin);
    carrier.counters().discovered(key, origin);
  }

  private static BaggageBuilder builder(@Nullable BaggageBuilder changed, Baggage baggage) {
    return changed == null ? baggage.toBuilder() : changed;
  }

  /** Returns the first acceptable value among the less usual headers of a key, or null. */
  private <C> @Nullable String furtherHeader(
      RequestKeys request, @Nullable C source, TextMapGetter<C> getter, Key key) {
    String value = null;
    for (int i = 0; value == null && i < key.furtherHeaders().length; i++) {
      value = acceptable(request, key, getter.get(source, key.furtherHeaders()[i]));
    }
    return value;
  }

  private @Nullable String acceptable(RequestKeys request, Key key, @Nullable String value) {
    return value != null && carrier.accepts(request, key, value) ? value : null;
  }
}
