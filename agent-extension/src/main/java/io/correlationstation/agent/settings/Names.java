// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Spellings of names, and how near one is to another. */
public final class Names {

  private Names() {}

  /**
   * Lower case without {@code -} and {@code _}: {@code X-Circuit-Id} becomes {@code xcircuitid}.
   */
  public static String loose(String name) {
    StringBuilder loose = new StringBuilder(name.length());
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '-' && c != '_') {
        loose.append(Character.toLowerCase(c));
      }
    }
    return loose.toString();
  }

  /** {@code circuit_id} becomes {@code circuitId}. */
  public static String camelCase(String name) {
    StringBuilder camel = new StringBuilder(name.length());
    boolean upper = false;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '_' || c == '-') {
        upper = camel.length() > 0;
      } else {
        camel.append(upper ? Character.toUpperCase(c) : c);
        upper = false;
      }
    }
    return camel.toString();
  }

  /** {@code otel.correlation.max-bytes} becomes {@code OTEL_CORRELATION_MAX_BYTES}. */
  static String environment(String property) {
    return property.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** Returns the candidate with the fewest edits to {@code name}, or null without candidates. */
  static @Nullable String nearest(String name, Collection<String> candidates) {
    String best = null;
    int bestDistance = Integer.MAX_VALUE;
    for (String candidate : candidates) {
      int distance = distance(name, candidate);
      if (distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    return best;
  }

  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
