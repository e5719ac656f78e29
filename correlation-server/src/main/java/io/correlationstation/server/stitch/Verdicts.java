// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What persons said of handoffs; nothing overrides it.
 *
 * <p>A rejection is of the parent's trace: another span of it is no better. To the matching, and so
 * to the learning, a confirmed parent is the only candidate and a rejected one is none: every
 * verdict is a label for one root, no more.
 *
 * <p>Shape: the latest {@value #MAX_CHILDREN} roots that were ruled on; past it the oldest is
 * forgotten and counted.
 */
final class Verdicts {

  private static final int MAX_CHILDREN = 200_000;

  private record SpanId(String traceId, String spanId) {}

  /** What holds for one root. */
  private static final class Said {
    @Nullable SpanId confirmed;
    String confirmedBy = "";

    /** Rejected traces, and who rejected each. */
    final Map<String, String> rejected = new HashMap<>(2);
  }

  private final Losses losses;
  private final Map<SpanId, Said> byChild = new LinkedHashMap<>();

  Verdicts(Losses losses) {
    this.losses = losses;
  }

  void add(Verdict verdict) {
    SpanId child = new SpanId(verdict.childTraceId(), verdict.childSpanId());
    SpanId parent = new SpanId(verdict.parentTraceId(), verdict.parentSpanId());
    Said said = byChild.remove(child);
    if (said == null) {
      said = new Said();
    }
    byChild.put(child, said);
    if (verdict.confirmed()) {
      said.confirmed = parent;
      said.confirmedBy = verdict.author();
      said.rejected.remove(parent.traceId);
    } else {
      if (said.confirmed != null && said.confirmed.traceId.equals(parent.traceId)) {
        said.confirmed = null;
      }
      said.rejected.put(parent.traceId, verdict.author());
    }
    if (byChild.size() > MAX_CHILDREN) {
      byChild.remove(byChild.keySet().iterator().next());
      losses.count("evicted_verdict");
    }
  }

  /** Whether anybody ruled on it; asked once when a root comes, so that the others cost nothing. */
  boolean concern(Child child) {
    return !byChild.isEmpty() && byChild.containsKey(id(child));
  }

  boolean rejects(Child child, Exit exit) {
    Said said = of(child);
    return said != null && said.rejected.containsKey(Ids.trace(exit.fragment));
  }

  /** Who said what holds for the two; only where it {@link #confirms} or {@link #rejects} them. */
  String author(Child child, Exit exit) {
    Said said = of(child);
    if (said == null) {
      return "";
    }
    String rejectedBy = said.rejected.get(Ids.trace(exit.fragment));
    return rejectedBy == null ? said.confirmedBy : rejectedBy;
  }

  boolean confirms(Child child, Exit exit) {
    Said said = of(child);
    return said != null
        && new SpanId(Ids.trace(exit.fragment), Ids.span(exit.spanId)).equals(said.confirmed);
  }

  boolean anyConfirmed(Child child) {
    Said said = of(child);
    return said != null && said.confirmed != null;
  }

  private @Nullable Said of(Child child) {
    return child.ruledOn ? byChild.get(id(child)) : null;
  }

  private static SpanId id(Child child) {
    return new SpanId(Ids.trace(child.fragment), Ids.span(child.spanId));
  }
}
