// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.jdbc;

import io.correlationstation.agent.settings.JdbcRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says which parameters of a statement are keys: those that the SQL compares with, sets to or
 * inserts into a column that a rule names.
 *
 * <p>No grammar, one pass over words: a parameter belongs to the column before its {@code =}, or to
 * the column of its place in {@code INSERT INTO t (a, b) VALUES (?, ?)}. A column without a table
 * fits when the rule's table is anywhere in the statement; aliases are resolved. Quotes are taken
 * off, case and schema are ignored. {@code IN (?, ?)} and expressions around a parameter say
 * nothing.
 */
final class SqlParameters {

  /** Statements that are longer are not looked at. */
  static final int MAX_LENGTH = 16_384;

  private final List<String> words;
  private final Map<String, String> tableOf = new HashMap<>();

  private SqlParameters(List<String> words) {
    this.words = words;
  }

  /**
   * Returns the key of each parameter by its index from 0, null for none; null for no key at all.
   */
  static @Nullable String @Nullable [] keys(String sql, List<JdbcRule> rules) {
    if (sql.length() > MAX_LENGTH || sql.indexOf('?') < 0) {
      return null;
    }
    return new SqlParameters(SqlWords.of(sql)).keys(rules);
  }

  private @Nullable String @Nullable [] keys(List<JdbcRule> rules) {
    readTables();
    List<@Nullable String> columns = columns();
    String[] keys = new String[columns.size()];
    boolean any = false;
    for (int i = 0; i < keys.length; i++) {
      String column = columns.get(i);
      keys[i] = column == null ? null : keyOf(column, rules);
      any |= keys[i] != null;
    }
    return any ? keys : null;
  }

  /** Remembers the tables by their names and aliases. */
  private void readTables() {
    for (int i = 0; i + 1 < words.size(); i++) {
      String word = words.get(i);
      boolean names =
          word.equals("from")
              || word.equals("join")
              || word.equals("into")
              || word.equals("update")
              || (word.equals(",") && i > 0 && isAfterTable(i - 1));
      if (names && isName(words.get(i + 1))) {
        String table = last(words.get(i + 1));
        tableOf.put(table, table);
        int alias = i + 2 < words.size() && words.get(i + 2).equals("as") ? i + 3 : i + 2;
        if (alias < words.size() && isName(words.get(alias)) && !isKeyword(words.get(alias))) {
          tableOf.put(last(words.get(alias)), table);
        }
      }
    }
  }

  /** Whether the word is a table or its alias, in a list after FROM. */
  private boolean isAfterTable(int at) {
    for (int i = at; i >= 0 && i > at - 3; i--) {
      if (words.get(i).equals("from")) {
        return true;
      }
      if (!isName(words.get(i))) {
        return false;
      }
    }
    return false;
  }

  /** The column of each parameter, null when it has none. */
  private List<@Nullable String> columns() {
    List<@Nullable String> columns = new ArrayList<>();
    List<String> inserted = new ArrayList<>();
    int place = -1;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("into")) {
        inserted = insertedColumns(i + 2);
      } else if (word.equals("values")) {
        place = 0;
      } else if (place >= 0 && word.equals("(")) {
        i = readRow(i + 1, inserted, columns);
      } else if (place >= 0 && !word.equals(",")) {
        place = -1;
      }
      if (word.equals("?")) {
        columns.add(comparedColumn(i));
      }
    }
    return columns;
  }

  private List<String> insertedColumns(int from) {
    List<String> columns = new ArrayList<>();
    if (from < words.size() && words.get(from).equals("(")) {
      for (int i = from + 1; i < words.size() && !words.get(i).equals(")"); i++) {
        if (isName(words.get(i))) {
          columns.add(words.get(i));
        }
      }
    }
    return columns;
  }

  /** Reads a row of VALUES and returns the index of the bracket that closes it. */
  private int readRow(int from, List<String> inserted, List<@Nullable String> columns) {
    int depth = 0;
    int place = 0;
    for (int i = from; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("(")) {
        depth++;
      } else if (word.equals(")")) {
        if (depth-- == 0) {
          return i;
        }
      } else if (word.equals(",") && depth == 0) {
        place++;
      } else if (word.equals("?")) {
        boolean alone = depth == 0 && isOneOf(i - 1, "(", ",") && isOneOf(i + 1, ")", ",");
        columns.add(alone && place < inserted.size() ? inserted.get(place) : null);
      }
    }
    return words.size();
  }

  private @Nullable String comparedColumn(int parameter) {
    if (isOneOf(parameter - 1, "=") && parameter >= 2 && isName(words.get(parameter - 2))) {
      return words.get(parameter - 2);
    }
    if (isOneOf(parameter + 1, "=") && parameter + 2 < words.size()) {
      return isName(words.get(parameter + 2)) ? words.get(parameter + 2) : null;
    }
    return null;
  }

  private boolean isOneOf(int at, String... expected) {
    for (String one : expected) {
      if (at >= 0 && at < words.size() && words.get(at).equals(one)) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String keyOf(String column, List<JdbcRule> rules) {
    int dot = column.lastIndexOf('.');
    String qualifier = dot < 0 ? null : last(column.substring(0, dot));
    for (JdbcRule rule : rules) {
      String table = rule.table().toLowerCase(Locale.ROOT);
      boolean fits =
          qualifier == null
              ? tableOf.containsValue(table)
              : table.equals(tableOf.getOrDefault(qualifier, qualifier));
      if (fits && rule.column().equalsIgnoreCase(last(column))) {
        return rule.key();
      }
    }
    return null;
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static boolean isName(String word) {
    char c = word.charAt(0);
    return Character.isLetter(c) || c == '_';
  }

  private static boolean isKeyword(String word) {
    switch (word) {
      case "where":
      case "set":
      case "on":
      case "using":
      case "values":
      case "select":
      case "join":
      case "left":
      case "right":
      case "inner":
      case "outer":
      case "full":
      case "cross":
      case "natural":
      case "group":
      case "order":
      case "limit":
      case "for":
      case "union":
      case "default":
        return true;
      default:
        return false;
    }
  }
}
