// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds which of many rules could match a text, in one pass over it.
 *
 * <p>Shape: an Aho-Corasick automaton over the required literals of all rules, as a dense table of
 * states × character classes; a class per character that occurs in a literal, one for all others.
 * For 100 rules some 2000 states × 40 classes × 4 bytes. The scan does one table look-up a
 * character. Letters are folded to lower case as RE2 folds them: {@code ſ} to s and the Kelvin sign
 * to k.
 *
 * <p>Source: Aho, Corasick, "Efficient string matching" (CACM 1975).
 */
final class LiteralScanner {

  private final byte[] classOf = new byte[128];
  private final int classes;
  private final int[] next;
  private final long[][] outputs;
  private final long[] always;

  /**
   * @param literals per rule, in rule order; an element of null makes the rule always a candidate
   */
  LiteralScanner(List<@Nullable Set<String>> literals) {
    int words = (literals.size() + 63) / 64;
    this.always = new long[words];
    this.classes = assignClasses(literals);
    Trie trie = new Trie(words);
    for (int rule = 0; rule < literals.size(); rule++) {
      Set<String> ruleLiterals = literals.get(rule);
      if (ruleLiterals == null) {
        always[rule >> 6] |= 1L << rule;
        continue;
      }
      for (String literal : ruleLiterals) {
        trie.add(literal, rule);
      }
    }
    this.next = trie.automaton();
    this.outputs = trie.outputs.toArray(new long[0][]);
  }

  /** A bit for each rule that could match, rule 0 in the lowest bit of the first word. */
  long[] candidates(String text) {
    long[] found = always.clone();
    int state = 0;
    for (int i = 0; i < text.length(); i++) {
      state = next[state * classes + classOf(text.charAt(i))];
      long[] output = outputs[state];
      if (output.length > 0) {
        for (int word = 0; word < output.length; word++) {
          found[word] |= output[word];
        }
      }
    }
    return found;
  }

  private int classOf(char c) {
    if (c < 128) {
      return classOf[c];
    }
    return c == 'ſ' ? classOf['s'] : c == '\u212a' ? classOf['k'] : 0;
  }

  private int assignClasses(List<@Nullable Set<String>> literals) {
    byte count = 1;
    for (Set<String> ruleLiterals : literals) {
      if (ruleLiterals == null) {
        continue;
      }
      for (String literal : ruleLiterals) {
        for (int i = 0; i < literal.length(); i++) {
          char c = literal.charAt(i);
          if (classOf[c] == 0) {
            classOf[c] = count++;
          }
        }
      }
    }
    for (char c = 'A'; c <= 'Z'; c++) {
      classOf[c] = classOf[c + ('a' - 'A')];
    }
    return count;
  }

  /** The literals as a tree, then with its failure links folded in. */
  private final class Trie {
    private static final long[] NO_OUTPUT = {};

    private final int words;
    private final List<int[]> children = new ArrayList<>();
    private final List<long[]> outputs = new ArrayList<>();

    Trie(int words) {
      this.words = words;
      newState();
    }

    private int newState() {
      int[] edges = new int[classes];
      Arrays.fill(edges, -1);
      children.add(edges);
      outputs.add(NO_OUTPUT);
      return children.size() - 1;
    }

    void add(String literal, int rule) {
      int state = 0;
      for (int i = 0; i < literal.length(); i++) {
        int edge = classOf[literal.charAt(i)];
        int child = children.get(state)[edge];
        if (child < 0) {
          child = newState();
          children.get(state)[edge] = child;
        }
        state = child;
      }
      long[] bits = new long[words];
      bits[rule >> 6] = 1L << rule;
      outputs.set(state, union(outputs.get(state), bits));
    }

    int[] automaton() {
      int[] failure = new int[children.size()];
      ArrayDeque<Integer> queue = new ArrayDeque<>();
      queue.add(0);
      while (!queue.isEmpty()) {
        int state = queue.remove();
        int[] edges = children.get(state);
        int fallback = failure[state];
        outputs.set(
            state, union(outputs.get(state), state == 0 ? NO_OUTPUT : outputs.get(fallback)));
        for (int edge = 0; edge < classes; edge++) {
          int viaFailure = state == 0 ? 0 : children.get(fallback)[edge];
          if (edges[edge] < 0) {
            edges[edge] = viaFailure;
          } else {
            failure[edges[edge]] = viaFailure;
            queue.add(edges[edge]);
          }
        }
      }
      int[] table = new int[children.size() * classes];
      for (int state = 0; state < children.size(); state++) {
        System.arraycopy(children.get(state), 0, table, state * classes, classes);
      }
      return table;
    }

    private long[] union(long[] a, long[] b) {
      if (a.length == 0 || b.length == 0) {
        return a.length == 0 ? b : a;
      }
      long[] union = new long[words];
      for (int word = 0; word < words; word++) {
        union[word] = a[word] | b[word];
      }
      return union;
    }
  }
}
