// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Collects faults while a request is read. */
final class Faults {

  private final Set<String> reasons = new LinkedHashSet<>();
  private final Map<String, Integer> byKind = new TreeMap<>();

  void add(Fault fault, int rejectedItems) {
    if (rejectedItems == 0) {
      return;
    }
    byKind.merge(fault.kind(), rejectedItems, Integer::sum);
    if (reasons.size() < Rejected.MAX_REASONS) {
      reasons.add(fault.text());
    }
  }

  Rejected rejected() {
    return byKind.isEmpty() ? Rejected.NONE : new Rejected(List.copyOf(reasons), byKind);
  }
}
