// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.metrics;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Turns values into the attributes of one metric, each within its bound. */
final class BoundedAttributes {

  private static final String OTHERS = "correlation.metric.values.other";
  private static final AttributeKey<String> METRIC = AttributeKey.stringKey("metric");
  private static final AttributeKey<String> ATTRIBUTE = AttributeKey.stringKey("attribute");

  private final String metric;
  private final Bound[] bounds;

  /** Of the first attribute alone, as metrics with one attribute are the most. */
  private final ConcurrentMap<String, Attributes> ready = new ConcurrentHashMap<>();

  BoundedAttributes(String metric, Bound... bounds) {
    this.metric = metric;
    this.bounds = bounds.clone();
  }

  Attributes of(String... values) {
    if (bounds.length == 0) {
      return Attributes.empty();
    }
    if (bounds.length == 1) {
      String admitted = admitted(0, values);
      Attributes known = ready.get(admitted);
      return known != null ? known : ready.computeIfAbsent(admitted, this::single);
    }
    AttributesBuilder attributes = Attributes.builder();
    for (int i = 0; i < bounds.length; i++) {
      attributes.put(bounds[i].key(), admitted(i, values));
    }
    return attributes.build();
  }

  private Attributes single(String value) {
    return Attributes.of(bounds[0].key(), value);
  }

  private String admitted(int index, String... values) {
    String value = index < values.length ? values[index] : null;
    String admitted = bounds[index].admit(value);
    if (isOther(admitted, value)) {
      countOther(bounds[index].key().getKey());
    }
    return admitted;
  }

  private static boolean isOther(String admitted, @Nullable String value) {
    return admitted.equals(Bound.OTHER) && !Bound.OTHER.equals(value);
  }

  private void countOther(String attribute) {
    CurrentTelemetry.get()
        .meter()
        .counterBuilder(OTHERS)
        .setDescription("Attribute values of metrics that were beyond their bound")
        .build()
        .add(1, Attributes.of(METRIC, metric, ATTRIBUTE, attribute));
  }
}
