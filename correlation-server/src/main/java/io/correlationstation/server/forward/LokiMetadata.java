// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedOutputStream;
import io.correlationstation.server.otlp.AttributeSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Structured metadata of one line: names that Loki can query, in the order given, each once. Reused
 * for line after line; values stay where they are until they are written.
 *
 * <p>Two names that become one ({@code a.b} and {@code a_b}) keep both values: the second is called
 * {@code a_b_2}. The same value under the same name is kept once. Of an attribute that is given
 * twice the first counts, so a record's before its resource's.
 */
final class LokiMetadata implements AttributeSink {

  private static final int FIELD = 3;
  private static final int FIRST_ENTRIES = 32;

  private final LokiNameTable table = new LokiNameTable();
  private LokiNameTable.Name[] names = new LokiNameTable.Name[FIRST_ENTRIES];
  private byte[][] values = new byte[FIRST_ENTRIES][];
  private int[] starts = new int[FIRST_ENTRIES];
  private int[] ends = new int[FIRST_ENTRIES];
  private int size;
  private long line = 1;
  private int bytes;

  void clear() {
    Arrays.fill(values, 0, size, null);
    size = 0;
    bytes = 0;
    line++;
    table.trim();
  }

  /** Adds an entry of ours, under a name that Loki takes as it is. */
  void add(String name, String value) {
    byte[] utf8 = value.getBytes(UTF_8);
    add(table.named(name), utf8, 0, utf8.length);
  }

  /** Adds an attribute unless one of that name was given before. */
  void addGiven(byte[] name, byte[] value) {
    attribute(name, 0, name.length, value, 0, value.length);
  }

  @Override
  public void attribute(
      byte[] keys, int keyStart, int keyEnd, byte[] source, int valueStart, int valueEnd) {
    LokiNameTable.Given given = table.given(keys, keyStart, keyEnd);
    if (given.line != line) {
      given.line = line;
      add(given.name, source, valueStart, valueEnd);
    }
  }

  private void add(LokiNameTable.Name name, byte[] source, int start, int end) {
    LokiNameTable.Name free = name;
    for (int n = 2; free.line == line; n++) {
      int same = free.index;
      if (Arrays.equals(source, start, end, values[same], starts[same], ends[same])) {
        return;
      }
      free = table.named(name.text + "_" + n);
    }
    if (size == names.length) {
      grow();
    }
    free.line = line;
    free.index = size;
    names[size] = free;
    values[size] = source;
    starts[size] = start;
    ends[size] = end;
    bytes += free.utf8.length + end - start;
    size++;
  }

  private void grow() {
    int more = size * 2;
    names = Arrays.copyOf(names, more);
    values = Arrays.copyOf(values, more);
    starts = Arrays.copyOf(starts, more);
    ends = Arrays.copyOf(ends, more);
  }

  /** Takes the entries from that index on out. */
  Map<String, String> removeFrom(int index) {
    Map<String, String> removed = new LinkedHashMap<>();
    for (int i = index; i < size; i++) {
      removed.put(names[i].text, new String(values[i], starts[i], ends[i] - starts[i], UTF_8));
      bytes -= names[i].utf8.length + ends[i] - starts[i];
      names[i].line = 0;
    }
    size = index;
    return removed;
  }

  int size() {
    return size;
  }

  /** Length of names and values in UTF-8, which is what Loki counts. */
  int bytes() {
    return bytes;
  }

  /** Size on the wire, tags and lengths included. */
  int encodedSize() {
    int encoded = 0;
    for (int i = 0; i < size; i++) {
      int pair = pairSize(i);
      encoded += 1 + CodedOutputStream.computeUInt32SizeNoTag(pair) + pair;
    }
    return encoded;
  }

  private int pairSize(int i) {
    int value = ends[i] - starts[i];
    return names[i].field.length + 1 + CodedOutputStream.computeUInt32SizeNoTag(value) + value;
  }

  void writeTo(CodedOutputStream out) throws IOException {
    for (int i = 0; i < size; i++) {
      out.writeTag(FIELD, 2);
      out.writeUInt32NoTag(pairSize(i));
      out.writeRawBytes(names[i].field);
      out.writeByteArray(2, values[i], starts[i], ends[i] - starts[i]);
    }
  }
}
