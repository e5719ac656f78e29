// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Cuts SQL into words: names with their qualifiers ({@code schema.table.column}), in lower case and
 * without quotes, and single signs. Comments are left out, literals are the word {@code '}, also
 * numbers.
 */
final class SqlWords {

  private final String sql;
  private final List<String> words = new ArrayList<>();
  private int at;

  private SqlWords(String sql) {
    this.sql = sql;
  }

  static List<String> of(String sql) {
    SqlWords words = new SqlWords(sql);
    while (words.at < sql.length()) {
      words.next();
    }
    return words.words;
  }

  private void next() {
    char c = sql.charAt(at);
    if (Character.isWhitespace(c)) {
      at++;
    } else if (sql.startsWith("--", at)) {
      skipTo("\n");
    } else if (sql.startsWith("/*", at)) {
      skipTo("*/");
    } else if (c == '\'') {
      quoted('\'');
      words.add("'");
    } else if (startsName(c)) {
      words.add(name());
    } else if (Character.isDigit(c)) {
      number();
      words.add("'");
    } else {
      words.add(String.valueOf(c));
      at++;
    }
  }

  private void skipTo(String end) {
    int found = sql.indexOf(end, at + 2);
    at = found < 0 ? sql.length() : found + end.length();
  }

  /** Reads from a quote to behind the one that closes it; a doubled quote is part of the text. */
  private String quoted(char close) {
    StringBuilder text = new StringBuilder();
    at++;
    while (at < sql.length()) {
      char c = sql.charAt(at++);
      if (c != close) {
        text.append(c);
      } else if (at < sql.length() && sql.charAt(at) == close) {
        text.append(c);
        at++;
      } else {
        break;
      }
    }
    return text.toString();
  }

  private String name() {
    StringBuilder name = new StringBuilder();
    while (true) {
      name.append(part().toLowerCase(Locale.ROOT));
      boolean more =
          at + 1 < sql.length() && sql.charAt(at) == '.' && startsName(sql.charAt(at + 1));
      if (!more) {
        return name.length() == 0 ? "_" : name.toString();
      }
      name.append('.');
      at++;
    }
  }

  private String part() {
    char c = sql.charAt(at);
    if (c == '"' || c == '`') {
      return quoted(c);
    }
    if (c == '[') {
      return quoted(']');
    }
    int start = at;
    while (at < sql.length() && isNamePart(sql.charAt(at))) {
      at++;
    }
    return sql.substring(start, at);
  }

  private void number() {
    while (at < sql.length() && (isNamePart(sql.charAt(at)) || sql.charAt(at) == '.')) {
      at++;
    }
  }

  private static boolean startsName(char c) {
    return Character.isLetter(c) || c == '_' || c == '"' || c == '`' || c == '[';
  }

  private static boolean isNamePart(char c) {
    return Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '#';
  }
}
