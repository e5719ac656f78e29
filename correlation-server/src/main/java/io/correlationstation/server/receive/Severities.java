// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.util.Map.entry;

import java.util.Locale;
import java.util.Map;

/**
 * Severity numbers of OpenTelemetry for the words that log libraries use, after the mapping in the
 * specification of the log data model, appendix B. {@code crit} is syslog's word, {@code critical}
 * that of Python and .NET, where nothing is worse.
 */
final class Severities {

  private static final Map<String, Integer> WORDS =
      Map.ofEntries(
          entry("finest", 1),
          entry("finer", 2),
          entry("trace", 1),
          entry("fine", 5),
          entry("verbose", 5),
          entry("debug", 5),
          entry("config", 8),
          entry("info", 9),
          entry("information", 9),
          entry("informational", 9),
          entry("notice", 10),
          entry("warn", 13),
          entry("warning", 13),
          entry("err", 17),
          entry("error", 17),
          entry("severe", 17),
          entry("crit", 18),
          entry("alert", 19),
          entry("critical", 21),
          entry("fatal", 21),
          entry("emerg", 21),
          entry("emergency", 21),
          entry("panic", 21));

  private static final int[] SYSLOG = {21, 19, 18, 17, 13, 10, 9, 5};

  private Severities() {}

  /** 1 to 24 for a known word, {@code INFO2} and the like, or a number in that range; else 0. */
  static int number(String text) {
    String word = text.trim().toLowerCase(Locale.ROOT);
    Integer known = WORDS.get(word);
    if (known != null) {
      return known;
    }
    if (word.matches("(trace|debug|info|warn|error|fatal)[2-4]")) {
      int end = word.length() - 1;
      return WORDS.getOrDefault(word.substring(0, end), 0) + word.charAt(end) - '1';
    }
    return word.matches("[1-9]|1[0-9]|2[0-4]") ? Integer.parseInt(word) : 0;
  }

  /** For the severity part of a syslog priority, 0 (emergency) to 7 (debug). */
  static int ofSyslog(int severity) {
    return SYSLOG[severity & 7];
  }
}
