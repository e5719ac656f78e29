// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.List;

/**
 * The names a reader looks for, so that one look at each attribute of a record finds all of them
 * instead of one search per name: most attributes of a span are none of them, and with a dozen
 * names the searches cost more than everything else about the span.
 *
 * <p>A name is found by its length, its first and its last byte in a table four times as large as
 * there are names; only what falls into a taken place is compared. Immutable and thread-safe.
 */
public final class AttributeNames {

  static final AttributeNames NONE = of(List.of());

  /** So that a {@code long} has a bit for each. */
  private static final int MAX_NAMES = 64;

  private final byte[][] names;
  private final int[] first;
  private final int[] next;
  private final int mask;

  private AttributeNames(List<String> list) {
    names = list.stream().map(name -> name.getBytes(UTF_8)).toArray(byte[][]::new);
    int places = Integer.highestOneBit(Math.max(1, names.length)) * 8;
    mask = places - 1;
    first = new int[places];
    next = new int[names.length];
    Arrays.fill(first, -1);
    for (int i = 0; i < names.length; i++) {
      int place = place(names[i], 0, names[i].length);
      next[i] = first[place];
      first[place] = i;
    }
  }

  /**
   * A table of these names, whose positions in the list are their numbers.
   *
   * @throws IllegalArgumentException for more than 64 names, an empty one, or one given twice
   */
  public static AttributeNames of(List<String> names) {
    if (names.size() > MAX_NAMES) {
      throw new IllegalArgumentException("names > " + MAX_NAMES + ": " + names.size());
    }
    if (names.contains("") || names.stream().distinct().count() < names.size()) {
      throw new IllegalArgumentException("empty or repeated name: " + names);
    }
    return new AttributeNames(names);
  }

  int size() {
    return names.length;
  }

  /** Number of the name in that range, or -1. */
  int find(byte[] bytes, int start, int end) {
    if (end <= start) {
      return -1;
    }
    int at = first[place(bytes, start, end)];
    while (at >= 0) {
      byte[] name = names[at];
      if (Arrays.equals(name, 0, name.length, bytes, start, end)) {
        return at;
      }
      at = next[at];
    }
    return -1;
  }

  private int place(byte[] bytes, int start, int end) {
    int hash = (end - start) * 0x9E3779B1 + bytes[start] * 0x85EBCA6B + bytes[end - 1] * 0xC2B2AE35;
    return hash >>> 20 & mask;
  }
}
