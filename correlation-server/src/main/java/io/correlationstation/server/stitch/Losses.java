// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Map;
import java.util.TreeMap;

/** Counts of what was not used, by reason. */
final class Losses {

  private final Map<String, Long> counts = new TreeMap<>();

  void count(String reason) {
    counts.merge(reason, 1L, Long::sum);
  }

  Map<String, Long> counts() {
    return counts;
  }
}
