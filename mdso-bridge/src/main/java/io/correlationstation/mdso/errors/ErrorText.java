// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Error texts of the orchestrator: the innermost cause of a nested failure, and the form of a text
 * that does not change from one occurrence to the next.
 *
 * <p>A nested failure reads, on one line,
 *
 * <pre>
 *   … Error: Resource &lt;uuid&gt; failed:Failed task:(1) activate: Failed remote script 'activate'(exit code: 1):
 *   Error in &lt;class&gt;, &lt;cause&gt;.  Please check file: plan-script-…{… python dictionary …
 * </pre>
 *
 * What follows "Please check file" belongs to the outer levels or is data, so the first one ends
 * the innermost cause; the last {@code Error in <class>,} before it begins it.
 *
 * <p>Patterns here have no nested quantifiers and bounded or possessive ones only: linear in the
 * text, which is at most {@value #MAX_INPUT} characters.
 */
public final class ErrorText {

  /** Rules see no more than this. */
  static final int MAX_MATCHED = 4096;

  private static final int MAX_INPUT = 65_536;
  private static final String FILE_HINT = "Please check file";
  private static final Pattern ERROR_IN = Pattern.compile("Error in [A-Za-z_][\\w.]{0,200}, ?");

  private record Placeholder(Pattern pattern, String name) {
    Placeholder(String pattern, String name) {
      this(Pattern.compile(pattern), name);
    }
  }

  /** Volatile tokens, the more specific before those that could swallow a part of them. */
  private static final List<Placeholder> VOLATILE =
      List.of(
          new Placeholder(
              "\\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\\b",
              "<uuid>"),
          new Placeholder(
              "\\b\\d{4}-\\d{2}-\\d{2}(?:[T ]\\d{2}:\\d{2}(?::\\d{2})?(?:[.,]\\d{1,9})?"
                  + "(?:Z|[+-]\\d{2}:?\\d{2})?)?",
              "<time>"),
          new Placeholder("\\b\\d{1,2}:\\d{2}:\\d{2}(?:[.,]\\d{1,9})?\\b", "<time>"),
          new Placeholder("\\b\\d{1,3}(?:\\.\\d{1,3}){3}(?:/\\d{1,2}|:\\d{1,5})?\\b", "<ip>"),
          new Placeholder(
              "(?<![\\w:])(?:[0-9a-fA-F]{1,4}:){2,7}:?[0-9a-fA-F]{0,4}(?:/\\d{1,3})?(?![\\w:])",
              "<ip>"),
          new Placeholder(
              "(?<!\\w)[A-Z0-9]{0,2}([./])[A-Z0-9]{4}\\1\\d{1,6}\\1[A-Z0-9]{0,3}\\1[A-Z]{2,4}"
                  + "(?:\\1[A-Z0-9]{1,3})?(?!\\w)",
              "<circuit>"),
          new Placeholder(
              "(?<!\\w)[A-Z0-9]{3,5}([./])[A-Z0-9]{2,6}\\1[A-Z0-9]{8,11}\\1[A-Z0-9]{8,11}(?!\\w)",
              "<circuit>"),
          new Placeholder("(?i)\\bvlan(?:[ _-]?id)?[ =:#]{1,3}\\d{1,4}\\b", "<vlan>"),
          new Placeholder(
              "(?i)\\b(?:[gxe]e|et|ae|lag|fe|irb|gigabitethernet|tengige|ethernet|port)[ -]?"
                  + "\\d{1,4}(?:/\\d{1,4}){0,4}(?:[.:]\\d{1,5})?\\b",
              "<port>"),
          new Placeholder("\\b\\d{1,3}(?:/[a-z]?\\d{1,3}){1,4}\\b", "<port>"),
          new Placeholder("\\b[A-Z]{6}[A-Z0-9]{5}\\b", "<tid>"),
          new Placeholder(
              "(?i)\\b[a-z0-9-]{1,63}(?:\\.[a-z0-9-]{1,63}){1,6}\\.(?:com|net|org|io|local|lan|test|"
                  + "example|invalid|internal)\\b",
              "<fqdn>"),
          new Placeholder("\\b0x[0-9a-fA-F]{1,16}\\b", "<n>"),
          new Placeholder("\\b\\d{1,20}\\b", "<n>"));

  private ErrorText() {}

  /** The text that rules are searched in: innermost cause, white space collapsed, cut. */
  public static String unwrap(String text) {
    String line = collapse(text);
    int end = line.indexOf(FILE_HINT);
    String chain = end < 0 ? line : line.substring(0, end);
    int start = -1;
    if (chain.contains("Error in ")) {
      Matcher matcher = ERROR_IN.matcher(chain);
      while (matcher.find()) {
        start = matcher.end();
      }
    }
    String cause = start < 0 ? chain : withoutDictionary(chain.substring(start));
    cause = cause.strip();
    if (cause.isEmpty()) {
      cause = line;
    }
    return cause.length() <= MAX_MATCHED ? cause : cause.substring(0, MAX_MATCHED);
  }

  private static String withoutDictionary(String cause) {
    int start = cause.indexOf("{'");
    if (start < 0) {
      start = cause.indexOf("{\"");
    }
    return start > 0 ? cause.substring(0, start) : cause;
  }

  /** The unwrapped text with placeholders for what changes between occurrences. */
  static String template(String text) {
    String template = collapseBrackets(unwrap(text));
    for (Placeholder each : VOLATILE) {
      template = each.pattern.matcher(template).replaceAll(each.name);
    }
    return template.toLowerCase(Locale.ROOT);
  }

  /** 64 hexadecimal digits that stay the same when only volatile tokens differ. */
  public static String fingerprint(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(template(text).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String collapse(String text) {
    return isCollapsed(text) ? text : collapsed(text);
  }

  /** Most texts are: they are taken as they are. */
  private static boolean isCollapsed(String text) {
    if (text.length() > MAX_INPUT) {
      return false;
    }
    boolean gap = true;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c == '\u00a0' || (c == ' ' && gap)) {
        return false;
      }
      gap = c == ' ';
    }
    return !gap;
  }

  private static String collapsed(String text) {
    int length = Math.min(text.length(), MAX_INPUT);
    StringBuilder line = new StringBuilder(length);
    boolean gap = false;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == '\u00a0') {
        gap = true;
        continue;
      }
      if (gap && line.length() > 0) {
        line.append(' ');
      }
      gap = false;
      line.append(c);
    }
    return line.toString();
  }

  /** Outermost lists and dictionaries become {@code <list>} and {@code <dict>}. */
  private static String collapseBrackets(String text) {
    StringBuilder result = new StringBuilder(text.length());
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean opens = c == '{' || c == '[';
      boolean closes = c == '}' || c == ']';
      if (opens && depth++ == 0) {
        result.append(c == '{' ? "<dict>" : "<list>");
      } else if (closes && depth > 0) {
        depth--;
      } else if (depth == 0) {
        result.append(c);
      }
    }
    return result.toString();
  }
}
