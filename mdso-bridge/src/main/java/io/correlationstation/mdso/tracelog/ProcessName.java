// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a plan's class path says: {@code scripts.example.portactivation.Activate} is the product
 * PortActivation (spelled as in the resource type) and the operation activate.
 *
 * @param operation in lower case; null when the path ends in none
 */
record ProcessName(String product, @Nullable String operation) {

  private static final Set<String> OPERATIONS =
      Set.of("activate", "update", "terminate", "validate");
  private static final String UNKNOWN = "unknown";

  static ProcessName of(@Nullable String process, @Nullable String resourceType) {
    String type = lastSegment(resourceType);
    List<String> segments = segments(process);
    String operation = null;
    if (!segments.isEmpty()) {
      String last = segments.get(segments.size() - 1).toLowerCase(Locale.ROOT);
      if (OPERATIONS.contains(last)) {
        operation = last;
        segments.remove(segments.size() - 1);
      }
    }
    if (segments.isEmpty()) {
      return new ProcessName(type == null ? UNKNOWN : type, operation);
    }
    String name = segments.get(segments.size() - 1);
    return new ProcessName(type != null && name.equalsIgnoreCase(type) ? type : name, operation);
  }

  /** Null when there is none. */
  static @Nullable String lastSegment(@Nullable String type) {
    List<String> segments = segments(type);
    return segments.isEmpty() ? null : segments.get(segments.size() - 1);
  }

  private static List<String> segments(@Nullable String path) {
    List<String> segments = new ArrayList<>();
    if (path != null) {
      for (String segment : path.split("\\.", -1)) {
        if (!segment.isBlank()) {
          segments.add(segment.strip());
        }
      }
    }
    return segments;
  }
}
