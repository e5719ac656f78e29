// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Structured metadata of one line: names that Loki can query, in the order given, each once. Reused
 * for line after line.
 *
 * <p>Two names that become one ({@code a.b} and {@code a_b}) keep both values: the second is called
 * {@code a_b_2}. The same value under the same name is kept once.
 */
final class LokiMetadata {

  private static final int MAX_KNOWN_NAMES = 10_000;
  private static final int FIELD = 3;

  /** A name as Loki takes it, and the last line that used it: cheaper than a set for each line. */
  private static final class Name {
    private final String text;
    private final byte[] utf8;
    private long usedIn;

    Name(String text) {
      this.text = text;
      this.utf8 = text.getBytes(UTF_8);
    }
  }

  private final Map<String, Name> byRaw = new HashMap<>();
  private final Map<String, Name> byText = new HashMap<>();
  private final List<Name> names = new ArrayList<>();
  private final List<byte[]> values = new ArrayList<>();
  private long line = 1;
  private int bytes;

  void clear() {
    names.clear();
    values.clear();
    bytes = 0;
    line++;
    if (byRaw.size() >= MAX_KNOWN_NAMES) {
      byRaw.clear();
      byText.clear();
    }
  }

  void add(String name, String value) {
    add(name(name), value.getBytes(UTF_8));
  }

  private void add(Name name, byte[] value) {
    if (name.usedIn == line) {
      addAgain(name, value);
      return;
    }
    name.usedIn = line;
    names.add(name);
    values.add(value);
    bytes += name.utf8.length + value.length;
  }

  private void addAgain(Name name, byte[] value) {
    Name free = name;
    for (int n = 2; free.usedIn == line; n++) {
      if (Arrays.equals(value, values.get(names.indexOf(free)))) {
        return;
      }
      free = named(name.text + "_" + n);
    }
    add(free, value);
  }

  private Name name(String raw) {
    Name name = byRaw.get(raw);
    if (name == null) {
      name = named(LokiNames.metadata(raw));
      byRaw.put(raw, name);
    }
    return name;
  }

  private Name named(String text) {
    return byText.computeIfAbsent(text, Name::new);
  }

  /** Takes the entries from that index on out. */
  Map<String, String> removeFrom(int index) {
    Map<String, String> removed = new LinkedHashMap<>();
    for (int i = index; i < names.size(); i++) {
      Name name = names.get(i);
      removed.put(name.text, new String(values.get(i), UTF_8));
      bytes -= name.utf8.length + values.get(i).length;
      name.usedIn = 0;
    }
    names.subList(index, names.size()).clear();
    values.subList(index, values.size()).clear();
    return removed;
  }

  int size() {
    return names.size();
  }

  /** Length of names and values in UTF-8, which is what Loki counts. */
  int bytes() {
    return bytes;
  }

  /** Size on the wire, tags and lengths included. */
  int encodedSize() {
    int size = 0;
    for (int i = 0; i < names.size(); i++) {
      int pair = pairSize(i);
      size += 1 + CodedOutputStream.computeUInt32SizeNoTag(pair) + pair;
    }
    return size;
  }

  private int pairSize(int i) {
    return CodedOutputStream.computeByteArraySize(1, names.get(i).utf8)
        + CodedOutputStream.computeByteArraySize(2, values.get(i));
  }

  void writeTo(CodedOutputStream out) throws IOException {
    for (int i = 0; i < names.size(); i++) {
      out.writeTag(FIELD, 2);
      out.writeUInt32NoTag(pairSize(i));
      out.writeByteArray(1, names.get(i).utf8);
      out.writeByteArray(2, values.get(i));
    }
  }
}
