// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list that is ordered from new to old.
 *
 * @param next where the next part starts, or null when this is the last
 */
public record Page<T>(List<T> items, @Nullable Position next) {

  public Page {
    items = List.copyOf(items);
  }

  /** The last item of a part: the next one starts behind it. */
  public record Position(long nanos, String id) {}
}
