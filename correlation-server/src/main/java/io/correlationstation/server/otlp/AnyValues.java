// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads OTLP {@code AnyValue} messages as text.
 *
 * <p>When a value sets several members the last one counts, as in any protobuf parser. Anything
 * nested deeper than {@value #MAX_DEPTH} reads as JSON null.
 */
final class AnyValues {

  static final int STRING = 1;
  static final int BOOL = 2;
  static final int INT = 3;
  static final int DOUBLE = 4;
  static final int ARRAY = 5;
  static final int KVLIST = 6;
  static final int BYTES = 7;

  static final int KEY_VALUE_KEY = 1;
  static final int KEY_VALUE_VALUE = 2;
  static final int LIST_VALUES = 1;

  private static final byte STRING_TAG = STRING << 3 | Wire.LEN;
  private static final int MAX_DEPTH = 64;
  private static final JsonFactory JSON = new JsonFactory();

  private final byte[] bytes;
  private final Wire wire;
  private int member;
  private int start;
  private int end;
  private long number;

  AnyValues(byte[] bytes) {
    this.bytes = bytes;
    this.wire = new Wire(bytes);
  }

  /**
   * A scalar as text, or the single scalar of an array; null for no value, bytes, a map or a longer
   * array.
   */
  @Nullable String scalarText(int from, int to) {
    read(from, to);
    if (member == ARRAY) {
      return onlyElement(start, end) ? scalar() : null;
    }
    return scalar();
  }

  /** Any value as text: a string as it is, bytes as base64, arrays and maps as compact JSON. */
  String text(int from, int to) {
    read(from, to);
    if (member == 0) {
      return "";
    }
    String scalar = scalar();
    return scalar != null ? scalar : json(from, to);
  }

  /** Whether the value is a string of nothing but ASCII, from {@link #start} to {@link #end}. */
  boolean isAsciiString(int from, int to) {
    if (!isShortString(from, to)) {
      read(from, to);
    }
    return member == STRING && Utf8.isAscii(bytes, start, end);
  }

  /** A string of less than 128 bytes and nothing else, as most values are, without a loop. */
  private boolean isShortString(int from, int to) {
    if (to - from < 2 || bytes[from] != STRING_TAG || bytes[from + 1] != to - from - 2) {
      return false;
    }
    member = STRING;
    start = from + 2;
    end = to;
    return true;
  }

  /** Where the value that was looked at last starts. */
  int start() {
    return start;
  }

  int end() {
    return end;
  }

  private @Nullable String scalar() {
    return switch (member) {
      case STRING -> new String(bytes, start, end - start, UTF_8);
      case BOOL -> Boolean.toString(number != 0);
      case INT -> Long.toString(number);
      case DOUBLE -> Double.toString(Double.longBitsToDouble(number));
      default -> null;
    };
  }

  /** Leaves the reader on the only element, if there is exactly one. */
  private boolean onlyElement(int from, int to) {
    int elementStart = -1;
    int elementEnd = -1;
    wire.over(from, to);
    while (wire.next()) {
      if (wire.is(LIST_VALUES, Wire.LEN)) {
        if (elementStart >= 0) {
          return false;
        }
        elementStart = wire.start();
        elementEnd = wire.end();
      }
    }
    if (elementStart < 0) {
      return false;
    }
    read(elementStart, elementEnd);
    return true;
  }

  private void read(int from, int to) {
    member = 0;
    wire.over(from, to);
    while (wire.next()) {
      if (wire.type() == wireType(wire.field())) {
        member = wire.field();
        start = wire.start();
        end = wire.end();
        number = wire.number();
      }
    }
  }

  /** Wire type of a member of the value, or -1 for a field that is none. */
  private static int wireType(int field) {
    return switch (field) {
      case STRING, ARRAY, KVLIST, BYTES -> Wire.LEN;
      case BOOL, INT -> Wire.VARINT;
      case DOUBLE -> Wire.FIXED64;
      default -> -1;
    };
  }

  private String json(int from, int to) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      write(out, from, to, 0);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return text.toString();
  }

  private void write(JsonGenerator out, int from, int to, int depth) throws IOException {
    read(from, to);
    switch (depth > MAX_DEPTH ? 0 : member) {
      case STRING -> out.writeString(new String(bytes, start, end - start, UTF_8));
      case BOOL -> out.writeBoolean(number != 0);
      case INT -> out.writeNumber(number);
      case DOUBLE -> out.writeNumber(Double.longBitsToDouble(number));
      case BYTES -> out.writeBinary(bytes, start, end - start);
      case ARRAY -> writeArray(out, start, end, depth + 1);
      case KVLIST -> writeMap(out, start, end, depth + 1);
      default -> out.writeNull();
    }
  }

  private void writeArray(JsonGenerator out, int from, int to, int depth) throws IOException {
    out.writeStartArray();
    Wire elements = new Wire(bytes).over(from, to);
    while (elements.next()) {
      if (elements.is(LIST_VALUES, Wire.LEN)) {
        write(out, elements.start(), elements.end(), depth);
      }
    }
    out.writeEndArray();
  }

  private void writeMap(JsonGenerator out, int from, int to, int depth) throws IOException {
    out.writeStartObject();
    Wire entries = new Wire(bytes).over(from, to);
    while (entries.next()) {
      if (entries.is(LIST_VALUES, Wire.LEN)) {
        writeEntry(out, entries.start(), entries.end(), depth);
      }
    }
    out.writeEndObject();
  }

  private void writeEntry(JsonGenerator out, int from, int to, int depth) throws IOException {
    String key = "";
    int valueStart = 0;
    int valueEnd = 0;
    Wire entry = new Wire(bytes).over(from, to);
    while (entry.next()) {
      if (entry.is(KEY_VALUE_KEY, Wire.LEN)) {
        key = new String(bytes, entry.start(), entry.length(), UTF_8);
      } else if (entry.is(KEY_VALUE_VALUE, Wire.LEN)) {
        valueStart = entry.start();
        valueEnd = entry.end();
      }
    }
    out.writeFieldName(key);
    write(out, valueStart, valueEnd, depth);
  }
}
