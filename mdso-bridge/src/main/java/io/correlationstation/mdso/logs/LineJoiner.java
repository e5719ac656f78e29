// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import org.jspecify.annotations.Nullable;

/**
 * Puts lines together that are one record: indented lines and Python tracebacks belong to the line
 * before, the exception that ends a traceback included. A record is at most {@value #MAX_LENGTH}
 * characters; what follows begins another.
 */
final class LineJoiner {

  private static final int MAX_LENGTH = 65_536;
  private static final String TRACEBACK = "Traceback (most recent call last)";
  private static final String BANNER = " ######";

  private final StringBuilder record = new StringBuilder();
  private boolean open;
  private boolean inTraceback;

  /** Takes a line; gives the record before it when this one begins another, else null. */
  @Nullable String add(String line) {
    if (open && continues(line) && record.length() + line.length() < MAX_LENGTH) {
      inTraceback = line.startsWith(TRACEBACK) || (inTraceback && isIndented(line));
      record.append('\n').append(line);
      return null;
    }
    String before = flush();
    record.append(line);
    open = true;
    inTraceback = line.contains(TRACEBACK);
    return before;
  }

  /** Gives the record that is still open, or null. */
  @Nullable String flush() {
    String last = open ? record.toString() : null;
    record.setLength(0);
    open = false;
    return last == null || last.isBlank() ? null : last;
  }

  private boolean continues(String line) {
    return inTraceback || line.startsWith(TRACEBACK) || isIndented(line);
  }

  private static boolean isIndented(String line) {
    return !line.isEmpty()
        && (line.charAt(0) == ' ' || line.charAt(0) == '\t')
        && !line.startsWith(BANNER);
  }
}
