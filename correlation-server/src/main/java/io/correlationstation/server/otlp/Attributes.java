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
 * <p>The first look-up finds the keys and values of all attributes, and which of them are among the
 * {@link AttributeNames}; a look-up of any other name compares keys in place, one after the other.
 * Of a key given twice the first counts.
 */
final class Attributes {

  /** Per attribute: where its key starts and ends, where its value starts and ends. */
  private static final int STRIDE = 4;

  private static final int KEY_TAG = AnyValues.KEY_VALUE_KEY << 3 | Wire.LEN;
  private static final int VALUE_TAG = AnyValues.KEY_VALUE_VALUE << 3 | Wire.LEN;

  private final byte[] bytes;
  private final AttributeNames names;
  private final Wire wire;
  private final AnyValues values;
  private final int[] placeOfName;
  private int[] places = new int[32 * STRIDE];
  private int used;
  private long found;
  private boolean read;

  Attributes(byte[] bytes, AttributeNames names) {
    this.bytes = bytes;
    this.names = names;
    this.placeOfName = new int[names.size()];
    this.wire = new Wire(bytes);
    this.values = new AnyValues(bytes);
  }

  void clear() {
    used = 0;
    found = 0;
    read = false;
  }

  /** A bit for each of the {@link AttributeNames} that is there, the first name's the lowest. */
  long found() {
    read();
    return found;
  }

  /**
   * The bit that a {@code KeyValue} message has in {@link #found}, or 0. For who wants nothing else
   * of any attribute; ends what was added before.
   */
  long bit(int start, int end) {
    clear();
    readEntry(0, start, end);
    int name = names.find(bytes, places[0], places[1]);
    return name < 0 ? 0 : 1L << name;
  }

  /** The value of one of the {@link AttributeNames} that is {@link #found}. */
  @Nullable String text(int name) {
    int at = placeOfName[name];
    return values.scalarText(places[at + 2], places[at + 3]);
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

  /** Gives every attribute to the sink, its value as {@link AnyValues#text} has it. */
  void each(AttributeSink sink) {
    read();
    for (int at = 0; at < used; at += STRIDE) {
      if (values.isAsciiString(places[at + 2], places[at + 3])) {
        sink.attribute(bytes, places[at], places[at + 1], bytes, values.start(), values.end());
      } else {
        byte[] text = values.text(places[at + 2], places[at + 3]).getBytes(UTF_8);
        sink.attribute(bytes, places[at], places[at + 1], text, 0, text.length);
      }
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
      int name = names.find(bytes, places[at], places[at + 1]);
      if (name >= 0 && (found & 1L << name) == 0) {
        found |= 1L << name;
        placeOfName[name] = at;
      }
    }
    read = true;
  }

  private void readEntry(int at, int start, int end) {
    if (readCommonEntry(at, start, end)) {
      return;
    }
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

  /** An entry as every encoder writes it: the key, then the value, both shorter than 128 bytes. */
  private boolean readCommonEntry(int at, int start, int end) {
    if (end - start < 4 || bytes[start] != KEY_TAG || bytes[start + 1] < 0) {
      return false;
    }
    int keyEnd = start + 2 + bytes[start + 1];
    if (end - keyEnd < 2
        || bytes[keyEnd] != VALUE_TAG
        || bytes[keyEnd + 1] < 0
        || keyEnd + 2 + bytes[keyEnd + 1] != end) {
      return false;
    }
    places[at] = start + 2;
    places[at + 1] = keyEnd;
    places[at + 2] = keyEnd + 2;
    places[at + 3] = end;
    return true;
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
