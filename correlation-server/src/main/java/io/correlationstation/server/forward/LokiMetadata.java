// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.otlp.AttributeSink;
import io.correlationstation.server.otlp.Wire;
import io.correlationstation.server.otlp.WireWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
  private static final int VALUE = 2;
  private static final int FIRST_ENTRIES = 32;

  /**
   * Of so many attributes of a line the name is guessed: the one that the line before had there.
   */
  private static final int GUESSED_NAMES = 64;

  /** An attribute that comes with line after line, so that its name is looked up once. */
  static final class Known {
    private final byte[] name;
    private final byte[] value;
    private LokiNameTable.@Nullable Given given;
    private int generation;

    /** In UTF-8. */
    Known(byte[] name, byte[] value) {
      this.name = name;
      this.value = value;
    }
  }

  private final LokiNameTable table = new LokiNameTable();
  private LokiNameTable.Name[] names = new LokiNameTable.Name[FIRST_ENTRIES];
  private byte[][] values = new byte[FIRST_ENTRIES][];
  private int[] starts = new int[FIRST_ENTRIES];
  private int[] ends = new int[FIRST_ENTRIES];
  private final LokiNameTable.@Nullable Given[] guesses =
      new LokiNameTable.@Nullable Given[GUESSED_NAMES];
  private int guess;
  private int size;
  private long line = 1;
  private int bytes;

  void clear() {
    Arrays.fill(values, 0, size, null);
    size = 0;
    bytes = 0;
    guess = 0;
    line++;
    if (table.trim()) {
      Arrays.fill(guesses, null);
    }
  }

  /** Adds an entry of ours, under a name that Loki takes as it is. */
  void add(String name, String value) {
    byte[] utf8 = value.getBytes(UTF_8);
    add(name, utf8, 0, utf8.length);
  }

  /** The same with a value that is not changed before the line is written. */
  void add(String name, byte[] source, int start, int end) {
    add(table.named(name), source, start, end);
  }

  /** Adds an attribute unless one of that name was given before. */
  void addGiven(byte[] name, byte[] value) {
    attribute(name, 0, name.length, value, 0, value.length);
  }

  /** The same. */
  void addGiven(Known known) {
    LokiNameTable.Given given = known.given;
    if (given == null || known.generation != table.generation()) {
      given = table.given(known.name, 0, known.name.length);
      known.given = given;
      known.generation = table.generation();
    }
    addGiven(given, known.value, 0, known.value.length);
  }

  @Override
  public void attribute(
      byte[] keys, int keyStart, int keyEnd, byte[] source, int valueStart, int valueEnd) {
    addGiven(named(keys, keyStart, keyEnd), source, valueStart, valueEnd);
  }

  private LokiNameTable.Given named(byte[] keys, int start, int end) {
    if (guess == GUESSED_NAMES) {
      return table.given(keys, start, end);
    }
    LokiNameTable.Given given = guesses[guess];
    if (given == null || !given.is(keys, start, end)) {
      given = table.given(keys, start, end);
      guesses[guess] = given;
    }
    guess++;
    return given;
  }

  private void addGiven(LokiNameTable.Given given, byte[] source, int start, int end) {
    if (given.line != line) {
      given.line = line;
      add(given.name, source, start, end);
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

  void writeTo(WireWriter out) {
    for (int i = 0; i < size; i++) {
      byte[] name = names[i].field;
      int value = ends[i] - starts[i];
      out.tag(FIELD, Wire.LEN);
      out.varint(name.length + 1 + WireWriter.varintSize(value) + value);
      out.raw(name, 0, name.length);
      out.tag(VALUE, Wire.LEN);
      out.varint(value);
      out.raw(values[i], starts[i], ends[i]);
    }
  }
}
