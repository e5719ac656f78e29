// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.util.ArrayList;
import java.util.List;

/** Collects why items were rejected: how many, and the first few reasons for the sender. */
final class Faults {

  private static final int MAX_REASONS = 10;

  private final List<String> reasons = new ArrayList<>(0);
  private int items;

  void add(String reason) {
    add(reason, 1);
  }

  void add(String reason, int rejectedItems) {
    items += rejectedItems;
    if (rejectedItems > 0 && reasons.size() < MAX_REASONS && !reasons.contains(reason)) {
      reasons.add(reason);
    }
  }

  int items() {
    return items;
  }

  List<String> reasons() {
    return List.copyOf(reasons);
  }
}
