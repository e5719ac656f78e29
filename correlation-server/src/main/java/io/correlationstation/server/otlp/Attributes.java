// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the attributes of one record lie; nothing is decoded before it is asked for. Reused for
 * record after record.
 *
 * <p>Look-up is linear over the attributes and compares bytes in place. Of a key given twice the
 * first counts.
 */
final class Attributes {

  private final byte[] bytes;
  private final Wire wire;
  private final AnyValues values;
  private int[] ranges = new int[64];
  private int used;

  private int keyStart;
  private int keyEnd;
  private int valueStart;
  private int valueEnd;

  Attributes(byte[] bytes) {
    this.bytes = bytes;
    this.wire = new Wire(bytes);
    this.values = new AnyValues(bytes);
  }

  void clear() {
    used = 0;
  }

  /** Adds the {@code KeyValue} message in {@code [start, end)}. */
  void add(int start, int end) {
    if (used == ranges.length) {
      ranges = Arrays.copyOf(ranges, used * 2);
    }
    ranges[used++] = start;
    ranges[used++] = end;
  }

  boolean has(String name) {
    return seek(name);
  }

  /** The value as {@link SpanView#attribute} says, or null. */
  @Nullable String text(String name) {
    return seek(name) ? values.scalarText(valueStart, valueEnd) : null;
  }

  boolean anyStartsWith(String prefix) {
    for (int i = 0; i < used; i += 2) {
      readEntry(ranges[i], ranges[i + 1]);
      if (keyEnd - keyStart >= prefix.length()
          && same(prefix, keyStart, keyStart + prefix.length())) {
        return true;
      }
    }
    return false;
  }

  void copyTo(Map<String, String> target) {
    for (int i = 0; i < used; i += 2) {
      readEntry(ranges[i], ranges[i + 1]);
      String key = new String(bytes, keyStart, keyEnd - keyStart, UTF_8);
      target.putIfAbsent(key, values.text(valueStart, valueEnd));
    }
  }

  private boolean seek(String name) {
    for (int i = 0; i < used; i += 2) {
      readEntry(ranges[i], ranges[i + 1]);
      if (same(name, keyStart, keyEnd)) {
        return true;
      }
    }
    return false;
  }

  private void readEntry(int start, int end) {
    keyStart = start;
    keyEnd = start;
    valueStart = start;
    valueEnd = start;
    wire.over(start, end);
    while (wire.next()) {
      if (wire.is(AnyValues.KEY_VALUE_KEY, Wire.LEN)) {
        keyStart = wire.start();
        keyEnd = wire.end();
      } else if (wire.is(AnyValues.KEY_VALUE_VALUE, Wire.LEN)) {
        valueStart = wire.start();
        valueEnd = wire.end();
      }
    }
  }

  /** Names of attributes are ASCII in practice; any other name is compared decoded. */
  private boolean same(String name, int start, int end) {
    if (name.length() != end - start) {
      return !isAscii(name) && name.equals(new String(bytes, start, end - start, UTF_8));
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) != bytes[start + i]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAscii(String name) {
    return name.chars().allMatch(c -> c < 0x80);
  }
}
