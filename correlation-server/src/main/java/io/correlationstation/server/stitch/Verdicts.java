// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What persons said; nothing overrides it. */
final class Verdicts {

  private record SpanId(String traceId, String spanId) {}

  private final Map<SpanId, SpanId> confirmed = new HashMap<>();
  private final Map<SpanId, Set<String>> rejectedTraces = new HashMap<>();

  void add(Verdict verdict) {
    SpanId child = new SpanId(verdict.childTraceId(), verdict.childSpanId());
    SpanId parent = new SpanId(verdict.parentTraceId(), verdict.parentSpanId());
    if (verdict.confirmed()) {
      confirmed.put(child, parent);
      rejectedTraces.computeIfPresent(
          child, (k, traces) -> traces.remove(parent.traceId) && traces.isEmpty() ? null : traces);
    } else {
      confirmed.remove(child, parent);
      rejectedTraces.computeIfAbsent(child, k -> new HashSet<>()).add(parent.traceId);
    }
  }

  boolean rejects(Child child, Exit exit) {
    if (rejectedTraces.isEmpty()) {
      return false;
    }
    return rejectedTraces.getOrDefault(id(child), Set.of()).contains(Ids.trace(exit.fragment));
  }

  boolean confirms(Child child, Exit exit) {
    return new SpanId(Ids.trace(exit.fragment), Ids.span(exit.spanId))
        .equals(confirmedParent(child));
  }

  private @Nullable SpanId confirmedParent(Child child) {
    return confirmed.isEmpty() ? null : confirmed.get(id(child));
  }

  boolean anyConfirmed(Child child) {
    return confirmedParent(child) != null;
  }

  private static SpanId id(Child child) {
    return new SpanId(Ids.trace(child.fragment), Ids.span(child.spanId));
  }
}
