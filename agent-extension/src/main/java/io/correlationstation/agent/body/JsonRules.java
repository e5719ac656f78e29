// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import io.correlationstation.agent.settings.JsonRule;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which values of a JSON document are keys: paths from the root, as UTF-8. Immutable. */
final class JsonRules {

  /** Rules are bits of a long. */
  static final int MAX_RULES = 64;

  private final byte[][][] paths;
  private final String[] keys;
  private final int maxDepth;
  private final int maxNameLength;

  /** A bit for each length below 64 that a name in a path has. */
  private final long nameLengths;

  JsonRules(List<JsonRule> rules) {
    int count = Math.min(rules.size(), MAX_RULES);
    paths = new byte[count][][];
    keys = new String[count];
    int depth = 0;
    int nameLength = 0;
    long lengths = 0;
    for (int i = 0; i < count; i++) {
      List<String> path = rules.get(i).path();
      paths[i] = new byte[path.size()][];
      keys[i] = rules.get(i).key();
      depth = Math.max(depth, path.size());
      for (int j = 0; j < path.size(); j++) {
        paths[i][j] = path.get(j).getBytes(StandardCharsets.UTF_8);
        nameLength = Math.max(nameLength, paths[i][j].length);
        lengths |= paths[i][j].length < Long.SIZE ? 1L << paths[i][j].length : 0;
      }
    }
    maxDepth = depth;
    maxNameLength = nameLength;
    nameLengths = lengths;
  }

  /** One bit for each rule. */
  long all() {
    return paths.length == MAX_RULES ? -1L : (1L << paths.length) - 1;
  }

  /** The rules for a key, as bits. */
  long of(String key) {
    long rules = 0;
    for (int i = 0; i < keys.length; i++) {
      if (keys[i].equals(key)) {
        rules |= 1L << i;
      }
    }
    return rules;
  }

  /** Length of the longest path. */
  int maxDepth() {
    return maxDepth;
  }

  /** Bytes of the longest name in a path. */
  int maxNameLength() {
    return maxNameLength;
  }

  /** Returns those of {@code rules} that have this name at that place of their path. */
  long matching(long rules, int place, byte[] bytes, int offset, int length) {
    if (length < Long.SIZE && (nameLengths & (1L << length)) == 0) {
      return 0; // most names
    }
    long matching = 0;
    for (int i = 0; i < paths.length; i++) {
      if ((rules & (1L << i)) != 0
          && place < paths[i].length
          && same(paths[i][place], bytes, offset, length)) {
        matching |= 1L << i;
      }
    }
    return matching;
  }

  private static boolean same(byte[] expected, byte[] bytes, int offset, int length) {
    if (expected.length != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (expected[i] != bytes[offset + i]) {
        return false;
      }
    }
    return true;
  }

  /** Returns the key of the first of {@code rules} whose path has that length, or null. */
  @Nullable String keyAt(long rules, int length) {
    for (int i = 0; i < paths.length; i++) {
      if ((rules & (1L << i)) != 0 && paths[i].length == length) {
        return keys[i];
      }
    }
    return null;
  }
}
