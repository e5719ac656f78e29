// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of attributes that came lately and what they are called in Loki, found by their bytes:
 * a service uses the same few for every line, so none is decoded twice.
 *
 * <p>Shape: at most about {@value #MAX_KNOWN_NAMES} names; beyond that all are forgotten, between
 * two lines. Not thread-safe.
 */
final class LokiNameTable {

  private static final int MAX_KNOWN_NAMES = 10_000;
  private static final int PLACES = 1 << 12;

  /** A name as Loki takes it, and where the last line that used it has it. */
  static final class Name {
    final String text;
    final byte[] utf8;

    /** The field that holds the name in an entry's metadata. */
    final byte[] field;

    long line;
    int index;

    private Name(String text) {
      this.text = text;
      this.utf8 = text.getBytes(UTF_8);
      this.field = new byte[CodedOutputStream.computeByteArraySize(1, utf8)];
      try {
        CodedOutputStream.newInstance(field).writeByteArray(1, utf8);
      } catch (IOException e) {
        throw new UncheckedIOException("size and content of a name differ", e);
      }
    }
  }

  /** A name as it was given, and the last line that had it. */
  static final class Given {
    final Name name;
    long line;

    private final byte[] utf8;
    private final @Nullable Given next;

    private Given(byte[] utf8, Name name, @Nullable Given next) {
      this.utf8 = utf8;
      this.name = name;
      this.next = next;
    }

    boolean is(byte[] bytes, int start, int end) {
      return Arrays.equals(utf8, 0, utf8.length, bytes, start, end);
    }
  }

  private final Map<String, Name> byText = new HashMap<>();
  private final @Nullable Given[] places = new @Nullable Given[PLACES];
  private int size;
  private int generation;

  /**
   * Forgets all names when there are too many; not while a line is made.
   *
   * @return whether names found before must not be used any more
   */
  boolean trim() {
    if (size < MAX_KNOWN_NAMES) {
      return false;
    }
    Arrays.fill(places, null);
    byText.clear();
    size = 0;
    generation++;
    return true;
  }

  /** How often names were forgotten. */
  int generation() {
    return generation;
  }

  Given given(byte[] bytes, int start, int end) {
    int place = place(bytes, start, end);
    for (Given given = places[place]; given != null; given = given.next) {
      if (given.is(bytes, start, end)) {
        return given;
      }
    }
    String raw = new String(bytes, start, end - start, UTF_8);
    Given fresh =
        new Given(
            Arrays.copyOfRange(bytes, start, end), named(LokiNames.metadata(raw)), places[place]);
    places[place] = fresh;
    size++;
    return fresh;
  }

  /** The name of that text, which Loki takes as it is. */
  Name named(String text) {
    Name name = byText.get(text);
    return name != null ? name : byText.computeIfAbsent(text, Name::new);
  }

  private static int place(byte[] bytes, int start, int end) {
    int hash = end - start;
    for (int i = start; i < end; i++) {
      hash = 31 * hash + bytes[i];
    }
    return (hash * 0x9E3779B1 >>> 16) & PLACES - 1;
  }
}
