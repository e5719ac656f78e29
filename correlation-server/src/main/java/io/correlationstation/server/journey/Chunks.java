// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Cuts collections into parts that fit into the variables of one statement.
 *
 * <p>The last part repeats its last value up to a power of two: there are then ten statements to
 * parse and to prepare and not five hundred, which had cost more than to run them.
 */
final class Chunks {

  private static final int MAX_VARIABLES = 500;

  private Chunks() {}

  static <T> List<List<T>> of(Collection<T> values) {
    List<T> all = List.copyOf(values);
    List<List<T>> chunks = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MAX_VARIABLES) {
      chunks.add(padded(all.subList(from, Math.min(all.size(), from + MAX_VARIABLES))));
    }
    return chunks;
  }

  private static <T> List<T> padded(List<T> values) {
    int size = Math.min(MAX_VARIABLES, Integer.highestOneBit(2 * values.size() - 1));
    List<T> padded = new ArrayList<>(values);
    while (padded.size() < size) {
      padded.add(values.get(values.size() - 1));
    }
    return padded;
  }
}
