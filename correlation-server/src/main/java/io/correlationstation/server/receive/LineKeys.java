// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.correlation.CorrelationKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the correlation keys that a line of text names: {@code circuit_id=…}, {@code "circuit_id":
 * "…"}, escaped, in a Python dictionary, in JSON that does not parse. Only a named value is taken;
 * a word that merely looks like an id never is.
 *
 * <p>A bare value ends at a blank, a comma, a bracket or a quote; a full stop or colon at its very
 * end belongs to the sentence. A value that no circuit or resource could have is ignored. Of a key
 * named twice the first counts. Cost: a search of the line for each name.
 */
final class LineKeys {

  static final String TRACE_ID = "trace_id";

  private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");
  private static final String BARE_END = " \t\r\n,;\"'\\()[]{}<>&|";

  /** Names that are looked for, and the key that each stands for; longer names first. */
  private static final Map<String, String> NAMES = names();

  private LineKeys() {}

  private static Map<String, String> names() {
    Map<String, String> names = new TreeMap<>();
    for (CorrelationKey key : CorrelationKey.DEFAULTS) {
      names.put(key.name(), key.name());
    }
    names.put("circuit_name", CorrelationKey.CIRCUIT_ID.name());
    for (String name : List.of("trace_id", "traceId", "traceID", "trace.id")) {
      names.put(name, TRACE_ID);
    }
    return names;
  }

  /** Keys by name, {@link #TRACE_ID} among them when one is named. */
  static Map<String, String> find(String line) {
    Map<String, String> found = new LinkedHashMap<>(4);
    if (line.indexOf('_') < 0 && line.indexOf("race") < 0) {
      return found;
    }
    for (Map.Entry<String, String> name : NAMES.entrySet()) {
      if (!found.containsKey(name.getValue())) {
        String value = find(line, name.getKey());
        if (value != null) {
          found.put(name.getValue(), value);
        }
      }
    }
    return found;
  }

  /** The key that a field of that name gives, or null when it is none. */
  static @Nullable String keyOf(String fieldName) {
    return NAMES.get(fieldName);
  }

  static boolean isValue(String value) {
    return VALUE.matcher(value).matches();
  }

  private static @Nullable String find(String line, String name) {
    int at = line.indexOf(name);
    while (at >= 0) {
      int end = at + name.length();
      if (at == 0 || !isNamePart(line.charAt(at - 1))) {
        String value = valueAfter(line, end);
        if (value != null) {
          return value;
        }
      }
      at = line.indexOf(name, end);
    }
    return null;
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.';
  }

  private static @Nullable String valueAfter(String line, int nameEnd) {
    int at = skipQuotes(line, nameEnd);
    at = skipBlanks(line, at);
    if (at >= line.length() || (line.charAt(at) != '=' && line.charAt(at) != ':')) {
      return null;
    }
    int start = skipPrefix(line, skipBlanks(line, at + 1));
    int quoted = skipQuotes(line, start);
    int end = quoted;
    while (end < line.length() && BARE_END.indexOf(line.charAt(end)) < 0) {
      end++;
    }
    String value = line.substring(quoted, end);
    String kept = quoted > start ? value : withoutSentenceEnd(value);
    return isValue(kept) ? kept : null;
  }

  private static String withoutSentenceEnd(String value) {
    int end = value.length();
    while (end > 0 && (value.charAt(end - 1) == '.' || value.charAt(end - 1) == ':')) {
      end--;
    }
    return value.substring(0, end);
  }

  private static int skipQuotes(String line, int from) {
    int at = from;
    while (at < line.length() && "\\\"'".indexOf(line.charAt(at)) >= 0) {
      at++;
    }
    return at;
  }

  /** Python 2 writes the text {@code u'x'}. */
  private static int skipPrefix(String line, int from) {
    return line.startsWith("u'", from) || line.startsWith("u\"", from) ? from + 1 : from;
  }

  private static int skipBlanks(String line, int from) {
    int at = from;
    while (at < line.length() && (line.charAt(at) == ' ' || line.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }
}
