// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts of what was not used, by reason. */
final class Losses {

  private final Map<String, long[]> counts = new HashMap<>();

  void count(String reason) {
    counts.computeIfAbsent(reason, r -> new long[1])[0]++;
  }

  Map<String, Long> counts() {
    Map<String, Long> result = new TreeMap<>();
    counts.forEach((reason, count) -> result.put(reason, count[0]));
    return result;
  }
}
