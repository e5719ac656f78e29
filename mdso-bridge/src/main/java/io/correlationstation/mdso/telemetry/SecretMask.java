// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.telemetry;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes secrets out of a text and leaves everything around them.
 *
 * <p>A name that holds password, secret, token, community and the like is followed by its value in
 * one of these forms, at any depth of escaping; the value becomes {@value #MASK}:
 *
 * <pre>
 *   "password": "x"    'password': 'x'    \"password\": \"x\"    password=x    password: x
 *   &lt;password&gt;x&lt;/password&gt;    secret 5 $1$x    encrypted-password "x"    Authorization: Bearer x
 * </pre>
 *
 * <p>Beside these: user info and query of URLs, bearer tokens, hashes such as {@code $9$…}, private
 * keys in PEM. Natural language such as "password incorrect" stays. An unclosed value is masked to
 * the end of the text. Masking twice changes nothing more. Linear in the text.
 */
public final class SecretMask {

  static final String MASK = "******";

  private static final Pattern NAME =
      Pattern.compile(
          "(?i)(?:passwords?|passwd|passphrase|pwd|secret|token|api[_ -]?key|community"
              + "|private[_ -]?key|pre-shared-key|authentication-key|authorization"
              + "|set-cookie|cookie)[\\w.-]{0,40}+");

  /** Names whose value may follow after a mere space. */
  private static final Pattern SPACED_NAME =
      Pattern.compile("(?i).*(?:encrypted-password|authentication-key|pre-shared-key)");

  private static final Pattern TYPE_DIGITS = Pattern.compile(" {1,4}\\d{1,2} {1,4}");
  private static final Pattern URL_USER = Pattern.compile("(://)[^/?#@\\s\"'<>]++(?=@)");
  private static final Pattern URL_QUERY =
      Pattern.compile("(://[^\\s\"'<>?\\\\]++\\?)[^\\s\"'<>)\\]}\\\\]++");
  private static final Pattern BEARER = Pattern.compile("(?i)\\b(bearer|basic) ++[\\w.~+/=-]{6,}+");
  private static final Pattern HASH = Pattern.compile("\\$\\d{1,2}\\$[^\\s\"'<>,;\\\\]++");
  private static final Pattern PEM =
      Pattern.compile(
          "(-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----)(?s:.*?)(-----END [A-Z ]{0,20}PRIVATE"
              + " KEY-----|\\z)");

  private static final String BARE_END = " \t\r\n,;&)}]\"'<>|\\";
  private static final String HEADER_END = "\r\n\"'}]<>";

  private final String text;
  private final StringBuilder result;
  private int copied;

  private SecretMask(String text) {
    this.text = text;
    this.result = new StringBuilder(text.length());
  }

  /** The text without its secrets; the same object when it holds none. */
  public static String mask(String text) {
    String masked = text;
    if (masked.contains("PRIVATE KEY")) {
      masked = PEM.matcher(masked).replaceAll("$1" + MASK + "$2");
    }
    Matcher names = NAME.matcher(masked);
    if (names.find()) {
      masked = new SecretMask(masked).maskNamed(names);
    }
    if (masked.contains("://")) {
      masked = URL_USER.matcher(masked).replaceAll("$1" + MASK);
      masked = URL_QUERY.matcher(masked).replaceAll("$1" + MASK);
    }
    if (masked.indexOf('$') >= 0) {
      masked = HASH.matcher(masked).replaceAll(MASK);
    }
    return BEARER.matcher(masked).replaceAll("$1 " + MASK);
  }

  private String maskNamed(Matcher names) {
    do {
      if (names.start() >= copied) {
        maskValue(names.group(), names.start(), names.end());
      }
    } while (names.find());
    return copied == 0 ? text : result.append(text, copied, text.length()).toString();
  }

  private void maskValue(String name, int nameStart, int nameEnd) {
    int at = skipQuote(nameEnd);
    if (isElement(nameStart)) {
      int tagEnd = endOfBare(nameEnd, "<>");
      if (tagEnd < text.length() && text.charAt(tagEnd) == '>') {
        replace(tagEnd + 1, endOfBare(tagEnd + 1, "<"), "");
        return;
      }
    }
    at = skipSpaces(at);
    if (at < text.length() && (text.charAt(at) == ':' || text.charAt(at) == '=')) {
      at++;
      if (at < text.length() && text.charAt(at) == '>') {
        at++;
      }
      maskAssigned(skipSpaces(at), isHeader(name), text.substring(nameEnd, skipQuote(nameEnd)));
      return;
    }
    maskSpaced(name, nameStart, nameEnd);
  }

  /**
   * The value after a colon or equals sign.
   *
   * @param nameQuote the quote that closed the name: a bare value after a quoted name gets quotes
   *     too, so that JSON stays JSON
   */
  private void maskAssigned(int start, boolean header, String nameQuote) {
    int quote = skipBackslashes(start);
    if (quote < text.length() && (text.charAt(quote) == '"' || text.charAt(quote) == '\'')) {
      replace(quote + 1, endOfQuoted(quote, quote - start), "");
    } else if (start < text.length() && "[{(".indexOf(text.charAt(start)) >= 0) {
      replace(start, endOfBracketed(start), nameQuote);
    } else {
      replace(start, endOfBare(start, header ? HEADER_END : BARE_END), nameQuote);
    }
  }

  /** Configuration lines: {@code secret 5 x}, {@code encrypted-password x}, SNMP communities. */
  private void maskSpaced(String name, int nameStart, int nameEnd) {
    Matcher type = TYPE_DIGITS.matcher(text).region(nameEnd, text.length());
    if (type.lookingAt()) {
      replace(type.end(), endOfBare(type.end(), BARE_END), "");
      return;
    }
    int start = skipSpaces(nameEnd);
    if (start == nameEnd || start == text.length()) {
      return;
    }
    boolean quoted = text.charAt(start) == '"';
    boolean bare =
        SPACED_NAME.matcher(text.substring(Math.max(0, nameStart - 10), nameEnd)).matches()
            || (name.equalsIgnoreCase("community") && isSnmp(nameStart));
    if (quoted || bare) {
      maskAssigned(start, false, "");
    }
  }

  private boolean isSnmp(int nameStart) {
    return text.regionMatches(true, Math.max(0, nameStart - 12), "snmp", 0, 4)
        || text.regionMatches(true, Math.max(0, nameStart - 5), "snmp", 0, 4);
  }

  private boolean isElement(int nameStart) {
    int at = nameStart - 1;
    while (at >= 0
        && (Character.isLetterOrDigit(text.charAt(at)) || "-_:.".indexOf(text.charAt(at)) >= 0)) {
      at--;
    }
    return at >= 0 && text.charAt(at) == '<';
  }

  private static boolean isHeader(String name) {
    String lower = name.toLowerCase(java.util.Locale.ROOT);
    return lower.equals("authorization") || lower.endsWith("cookie");
  }

  private void replace(int start, int end, String quote) {
    if (end > start) {
      result.append(text, copied, start).append(quote).append(MASK).append(quote);
      copied = end;
    }
  }

  private int skipSpaces(int at) {
    int end = at;
    while (end < text.length() && (text.charAt(end) == ' ' || text.charAt(end) == '\t')) {
      end++;
    }
    return end;
  }

  private int skipBackslashes(int at) {
    int end = at;
    while (end < text.length() && text.charAt(end) == '\\') {
      end++;
    }
    return end;
  }

  /** Past the closing quote of a name, escaped or not; unmoved when there is none. */
  private int skipQuote(int at) {
    int quote = skipBackslashes(at);
    boolean quoted =
        quote < text.length() && (text.charAt(quote) == '"' || text.charAt(quote) == '\'');
    return quoted ? quote + 1 : at;
  }

  /**
   * Where a quoted value ends, its closing quote left in place. A quote that opens behind n
   * backslashes is closed by one behind n backslashes; each literal backslash or quote within shows
   * as more, so the run before the closing quote is n modulo 2(n + 1).
   */
  private int endOfQuoted(int quote, int depth) {
    char mark = text.charAt(quote);
    int run = 0;
    for (int at = quote + 1; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == mark && run % (2 * (depth + 1)) == depth) {
        return at - depth;
      }
      run = c == '\\' ? run + 1 : 0;
    }
    return text.length();
  }

  private int endOfBracketed(int start) {
    int depth = 0;
    for (int at = start; at < text.length(); at++) {
      char c = text.charAt(at);
      if ("[{(".indexOf(c) >= 0) {
        depth++;
      } else if ("]})".indexOf(c) >= 0 && --depth == 0) {
        return at + 1;
      }
    }
    return text.length();
  }

  private int endOfBare(int start, String ends) {
    int at = start;
    while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return at;
  }
}
