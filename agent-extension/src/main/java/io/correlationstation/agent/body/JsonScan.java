// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;

/**
 * Finds the values of named fields in a JSON document without building it.
 *
 * <p>A machine over single bytes. For each open container that a rule can reach into, it remembers
 * as a set of bits which rules the path so far fits; at a field name that set shrinks to the rules
 * that go on with this name, and a string or number where a rule ends is a value. Everything else
 * is passed over, and so are names and values with escapes. Malformed input finds nothing or
 * little, and ends at the bound of bytes.
 *
 * <p>Memory: three small arrays, no more than the deepest rule and the longest value ask for.
 */
final class JsonScan extends Scan {

  private final JsonRules rules;
  private final BiConsumer<String, String> found;
  private final int maxValueLength;
  private final byte[] text;
  private final long[] fitting;
  private final int[] indexes;

  private int depth;
  private long fittingValue;
  private int length;
  private boolean inString;
  private boolean escaped;
  private boolean usable;
  private boolean isName;
  private boolean expectsName;
  private boolean inNumber;
  private boolean started;

  /** Calls {@code found} with key and value. */
  JsonScan(JsonRules rules, int maxBytes, int maxValueLength, BiConsumer<String, String> found) {
    super(maxBytes);
    this.rules = rules;
    this.found = found;
    this.maxValueLength = maxValueLength;
    this.text = new byte[Math.max(maxValueLength, rules.maxNameLength())];
    this.fitting = new long[rules.maxDepth() + 2];
    this.indexes = new int[rules.maxDepth() + 2];
    this.fittingValue = rules.all();
  }

  @Override
  void accept(byte b) {
    if (inString) {
      acceptInString(b);
      return;
    }
    if (inNumber) {
      if (isNumber(b)) {
        append(b);
        return;
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
        other(b);
    }
  }

  @Override
  void end() {
    if (inNumber) {
      endNumber();
    }
  }

  private void acceptInString(byte b) {
    if (escaped) {
      escaped = false;
    } else if (b == '\\') {
      escaped = true;
      usable = false;
    } else if (b == '"') {
      inString = false;
      endString();
    } else if (usable) {
      append(b);
    }
  }

  private void startString() {
    inString = true;
    isName = expectsName;
    usable = isName ? fittingHere() != 0 : fittingValue != 0;
    length = 0;
  }

  private void endString() {
    if (isName) {
      expectsName = false;
      fittingValue = usable ? rules.matching(fittingHere(), depth - 1, text, length) : 0;
    } else {
      value();
    }
  }

  private void other(byte b) {
    if (!started && b < 0) {
      return; // a byte order mark
    }
    boolean startsNumber = (b >= '0' && b <= '9') || b == '-';
    if (startsNumber && fittingValue != 0 && !expectsName) {
      inNumber = true;
      usable = true;
      length = 0;
      append(b);
    } else {
      fittingValue = 0; // true, false, null or nonsense
    }
  }

  private void endNumber() {
    inNumber = false;
    value();
  }

  private void value() {
    if (usable && fittingValue != 0 && length <= maxValueLength) {
      String key = rules.keyAt(fittingValue, depth);
      if (key != null) {
        found.accept(key, new String(text, 0, length, StandardCharsets.UTF_8));
      }
    }
    fittingValue = 0;
  }

  private void open(boolean object) {
    started = true;
    depth++;
    if (depth < fitting.length) {
      fitting[depth] = fittingValue;
      indexes[depth] = object ? -1 : 0;
    }
    expectsName = object;
    fittingValue = object ? 0 : element();
  }

  private void close() {
    depth--;
    fittingValue = 0;
    if (depth <= 0) {
      done();
      return;
    }
    expectsName = false;
  }

  private void next() {
    if (depth < fitting.length && depth > 0 && indexes[depth] >= 0) {
      indexes[depth]++;
      expectsName = false;
      fittingValue = element();
    } else if (depth < fitting.length) {
      expectsName = true;
    } else {
      expectsName = false;
      fittingValue = 0;
    }
  }

  /** The rules that the current element of an array fits. */
  private long element() {
    if (fittingHere() == 0) {
      return 0;
    }
    byte[] index = Integer.toString(indexes[depth]).getBytes(StandardCharsets.US_ASCII);
    return rules.matching(fittingHere(), depth - 1, index, index.length);
  }

  private long fittingHere() {
    return depth > 0 && depth < fitting.length ? fitting[depth] : 0;
  }

  private void append(byte b) {
    if (length < text.length) {
      text[length++] = b;
    } else {
      usable = false;
    }
  }

  private static boolean isNumber(byte b) {
    return (b >= '0' && b <= '9') || b == '-' || b == '+' || b == '.' || b == 'e' || b == 'E';
  }
}
