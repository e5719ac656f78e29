// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The keys as {@code X-Circuit-Id} … headers, for peers that read no baggage. Where a header and
 * the baggage disagree the header wins: it is the nearer, explicit word.
 */
final class CorrelationHeaders implements TextMapPropagator {

  @Override
  public Collection<String> fields() {
    List<String> fields = new ArrayList<>();
    for (CorrelationKey key : CorrelationKey.declared()) {
      fields.add(key.header());
    }
    return Collections.unmodifiableList(fields);
  }

  @Override
  public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
    Correlation.from(context).forEach((key, value) -> setter.set(carrier, key.header(), value));
  }

  @Override
  public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
    Correlation known = Correlation.from(context); // from baggage: put back, it is then read once
    return known
        .merge(Correlation.fromHeaders(header -> getter.get(carrier, header)))
        .storeIn(context);
  }
}
