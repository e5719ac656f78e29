// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What one collection of one product type did. Thread-safe. */
final class Tally {

  private static final int MAX_ERRORS = 20;

  private final Map<String, Long> counts = new LinkedHashMap<>();
  private final List<String> errors = new ArrayList<>();

  Tally() {
    for (String name :
        List.of("resources", "due", "traces", "spans", "logs", "skipped", "pending", "failed")) {
      counts.put(name, 0L);
    }
  }

  synchronized void add(String name, long count) {
    counts.merge(name, count, Long::sum);
  }

  /** Keeps the first messages; messages name statuses, never secrets. */
  synchronized void error(String message) {
    if (errors.size() < MAX_ERRORS) {
      errors.add(message);
    }
  }

  synchronized long get(String name) {
    return counts.getOrDefault(name, 0L);
  }

  synchronized Map<String, Long> counts() {
    return new LinkedHashMap<>(counts);
  }

  synchronized List<String> errors() {
    return List.copyOf(errors);
  }
}
