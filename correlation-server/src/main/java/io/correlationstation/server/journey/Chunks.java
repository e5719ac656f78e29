// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Cuts collections into parts that fit into the variables of one statement. */
final class Chunks {

  private static final int MAX_VARIABLES = 500;

  private Chunks() {}

  static <T> List<List<T>> of(Collection<T> values) {
    List<T> all = List.copyOf(values);
    List<List<T>> chunks = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MAX_VARIABLES) {
      chunks.add(all.subList(from, Math.min(all.size(), from + MAX_VARIABLES)));
    }
    return chunks;
  }
}
