// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/**
 * Finds the values of named fields in a JSON document without building it.
 *
 * <p>For each open container that a rule can reach into, it remembers as a set of bits which rules
 * the path so far fits; at a field name that set shrinks to the rules that go on with this name,
 * and a string or number where a rule ends is a value. Everything else is passed over: containers
 * that no rule reaches into by counting brackets, and texts by looking for their end. The first
 * value of a key counts, and when each key has one the scan is over. Malformed input finds nothing
 * or little, and ends at the bound of bytes.
 *
 * <p>Memory: three small arrays, no more than the deepest rule and the longest value ask for.
 */
final class JsonScan extends Scan {

  /** Bytes that matter in a container that is passed over. */
  private static final boolean[] STRUCTURE = new boolean[256];

  static {
    for (char c : "\"{}[]".toCharArray()) {
      STRUCTURE[c] = true;
    }
  }

  private final JsonRules rules;
  private final BiConsumer<String, String> found;
  private final int maxValueLength;
  private final JsonText text;
  private final long[] fitting;
  private final int[] indexes;

  private long open;
  private int depth;
  private int skippedDepth;
  private long fittingValue;
  private boolean inString;
  private boolean escaped;
  private boolean usable;
  private boolean isName;
  private boolean expectsName;
  private boolean inNumber;

  /** Calls {@code found} with key and value. */
  JsonScan(JsonRules rules, int maxBytes, int maxValueLength, BiConsumer<String, String> found) {
    super(maxBytes);
    this.rules = rules;
    this.found = found;
    this.maxValueLength = maxValueLength;
    this.text = new JsonText(Math.max(maxValueLength, rules.maxNameLength()));
    this.fitting = new long[rules.maxDepth() + 2];
    this.indexes = new int[rules.maxDepth() + 2];
    this.open = rules.all();
    this.fittingValue = open;
    if (open == 0) {
      done();
    }
  }

  @Override
  void accept(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && open != 0) {
      if (inString) {
        i = string(bytes, i, to);
      } else if (skippedDepth > 0) {
        i = skip(bytes, i, to);
      } else {
        i = outside(bytes, i, to);
      }
    }
  }

  @Override
  void end() {
    if (inNumber) {
      endNumber();
    }
  }

  /** Goes on inside a text; returns where to go on. */
  private int string(byte[] bytes, int from, int to) {
    if (!usable) {
      return passOver(bytes, from, to);
    }
    if (text.inEscape()) {
      return unescape(bytes, from);
    }
    int i = from;
    while (i < to && bytes[i] != '"' && bytes[i] != '\\') {
      i++;
    }
    if (i == to || bytes[i] == '\\') {
      usable = text.append(bytes, from, i);
      if (i < to && usable) {
        text.startEscape();
        i++;
      }
      return i;
    }
    inString = false;
    if (isName && text.length() == 0) {
      endName(bytes, from, i - from);
    } else if (!text.append(bytes, from, i)) {
      endUnusable();
    } else if (isName) {
      endName(text.bytes(), 0, text.length());
    } else {
      value();
    }
    return i + 1;
  }

  private int unescape(byte[] bytes, int at) {
    boolean first = text.isAfterBackslash();
    usable = text.unescape(bytes[at]);
    escaped = first && !usable; // then it is passed over, whatever it is
    return usable ? at + 1 : at;
  }

  /** Goes on inside a text that is of no interest. */
  private int passOver(byte[] bytes, int from, int to) {
    int i = from + (escaped ? 1 : 0);
    escaped = false;
    while (i < to) {
      byte b = bytes[i++];
      if (b == '"') {
        inString = false;
        endUnusable();
        return i;
      }
      if (b == '\\') {
        i++;
      }
    }
    escaped = i > to;
    return to;
  }

  /** Goes on inside a container that no rule reaches into. */
  private int skip(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      byte b = bytes[i++];
      if (STRUCTURE[b & 0xff]) {
        if (b == '"') {
          inString = true;
          usable = false;
          i = passOver(bytes, i, to);
          if (inString) {
            return to;
          }
        } else {
          skippedDepth += b == '{' || b == '[' ? 1 : -1;
          if (skippedDepth == 0) {
            return i;
          }
        }
      }
    }
    return to;
  }

  private int outside(byte[] bytes, int from, int to) {
    byte b = bytes[from];
    if (inNumber) {
      if (isNumber(b)) {
        usable &= text.append(bytes, from, from + 1);
        return from + 1;
      }
      endNumber();
    }
    switch (b) {
      case '"':
        startString();
        break;
      case '{':
        open(true);
        break;
      case '[':
        open(false);
        break;
      case '}':
      case ']':
        close();
        break;
      case ',':
        next();
        break;
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case ':':
        break;
      default:
        other(bytes, from);
    }
    return from + 1;
  }

  private void startString() {
    inString = true;
    isName = expectsName;
    usable = isName ? fitting[depth] != 0 : fittingValue != 0 && depth > 0;
    text.clear();
  }

  private void endName(byte[] bytes, int offset, int nameLength) {
    expectsName = false;
    fittingValue = rules.matching(fitting[depth], depth - 1, bytes, offset, nameLength);
  }

  private void endUnusable() {
    if (skippedDepth == 0) {
      expectsName &= !isName;
      fittingValue = 0;
    }
  }

  private void other(byte[] bytes, int at) {
    byte b = bytes[at];
    if (depth == 0) {
      if (b >= 0) {
        stop(); // neither object nor array, nor a byte order mark before it
      }
      return;
    }
    boolean startsNumber = (b >= '0' && b <= '9') || b == '-';
    if (startsNumber && fittingValue != 0 && !expectsName) {
      inNumber = true;
      text.clear();
      usable = text.append(bytes, at, at + 1);
    } else {
      fittingValue = 0; // true, false, null or nonsense
    }
  }

  private void endNumber() {
    inNumber = false;
    value();
  }

  private void value() {
    if (usable && fittingValue != 0 && text.length() <= maxValueLength) {
      String key = rules.keyAt(fittingValue & open, depth);
      if (key != null) {
        open &= ~rules.of(key);
        found.accept(key, text.toString());
        if (open == 0) {
          done();
        }
      }
    }
    fittingValue = 0;
  }

  private void open(boolean object) {
    if (fittingValue == 0) {
      skippedDepth = 1;
      return;
    }
    depth++;
    fitting[depth] = fittingValue;
    indexes[depth] = object ? -1 : 0;
    expectsName = object;
    fittingValue = object ? 0 : element();
  }

  private void close() {
    depth--;
    fittingValue = 0;
    expectsName = false;
    if (depth <= 0) {
      stop();
    }
  }

  private void next() {
    boolean array = indexes[depth] >= 0;
    expectsName = !array;
    if (array) {
      indexes[depth]++;
      fittingValue = element();
    }
  }

  /** The rules that the current element of an array fits. */
  private long element() {
    if (depth == 0 || fitting[depth] == 0) {
      return 0;
    }
    byte[] index = Integer.toString(indexes[depth]).getBytes(StandardCharsets.US_ASCII);
    return rules.matching(fitting[depth], depth - 1, index, 0, index.length);
  }

  private void stop() {
    open = 0;
    done();
  }

  private static boolean isNumber(byte b) {
    return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
  }
}
