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
 * <p>The first look-up finds the keys and values of all attributes; each look-up then compares keys
 * in place, one after the other. Of a key given twice the first counts.
 */
final class Attributes {

  /** Per attribute: where its key starts and ends, where its value starts and ends. */
  private static final int STRIDE = 4;

  private final byte[] bytes;
  private final Wire wire;
  private final AnyValues values;
  private int[] places = new int[32 * STRIDE];
  private int used;
  private boolean read;

  Attributes(byte[] bytes) {
    this.bytes = bytes;
    this.wire = new Wire(bytes);
    this.values = new AnyValues(bytes);
  }

  void clear() {
    used = 0;
    read = false;
  }

  /** Adds the {@code KeyValue} message in {@code [start, end)}; not after a look-up. */
  void add(int start, int end) {
    if (used == places.length) {
      places = Arrays.copyOf(places, used * 2);
    }
    places[used] = start;
    places[used + 1] = end;
    used += STRIDE;
  }

  boolean has(String name) {
    return seek(name) >= 0;
  }

  /** The value as {@link SpanView#attribute} says, or null. */
  @Nullable String text(String name) {
    int at = seek(name);
    return at < 0 ? null : values.scalarText(places[at + 2], places[at + 3]);
  }

  boolean anyStartsWith(String prefix) {
    read();
    for (int at = 0; at < used; at += STRIDE) {
      if (startsWith(prefix, places[at], places[at + 1])) {
        return true;
      }
    }
    return false;
  }

  void copyTo(Map<String, String> target) {
    read();
    for (int at = 0; at < used; at += STRIDE) {
      String key = new String(bytes, places[at], places[at + 1] - places[at], UTF_8);
      target.putIfAbsent(key, values.text(places[at + 2], places[at + 3]));
    }
  }

  private int seek(String name) {
    read();
    for (int at = 0; at < used; at += STRIDE) {
      if (same(name, places[at], places[at + 1])) {
        return at;
      }
    }
    return -1;
  }

  private void read() {
    for (int at = 0; !read && at < used; at += STRIDE) {
      readEntry(at, places[at], places[at + 1]);
    }
    read = true;
  }

  private void readEntry(int at, int start, int end) {
    Arrays.fill(places, at, at + STRIDE, start);
    wire.over(start, end);
    while (wire.next()) {
      if (wire.is(AnyValues.KEY_VALUE_KEY, Wire.LEN)) {
        places[at] = wire.start();
        places[at + 1] = wire.end();
      } else if (wire.is(AnyValues.KEY_VALUE_VALUE, Wire.LEN)) {
        places[at + 2] = wire.start();
        places[at + 3] = wire.end();
      }
    }
  }

  private boolean startsWith(String prefix, int start, int end) {
    return prefix.length() <= end - start && same(prefix, start, start + prefix.length());
  }

  /** Names are ASCII in practice; one that is not is compared decoded. */
  private boolean same(String name, int start, int end) {
    int length = end - start;
    if (name.length() > length) {
      return false; // UTF-8 is never shorter than UTF-16 in units
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 0x80) {
        return name.equals(new String(bytes, start, length, UTF_8));
      }
      if (c != bytes[start + i]) {
        return false;
      }
    }
    return name.length() == length;
  }
}
