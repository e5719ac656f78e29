// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import org.jspecify.annotations.Nullable;

/** A column whose bound parameters are a key. Immutable. */
public final class JdbcRule {

  private final String key;
  private final String table;
  private final String column;

  private JdbcRule(String key, String table, String column) {
    this.key = key;
    this.table = table;
    this.column = column;
  }

  /**
   * Parses {@code circuit_id=circuits.id}, also with a schema before the table; null for anything
   * else.
   */
  static @Nullable JdbcRule parse(String text) {
    int equals = text.indexOf('=');
    int dot = text.lastIndexOf('.');
    if (equals < 1 || dot < equals) {
      return null;
    }
    String key = text.substring(0, equals).trim();
    String qualified = text.substring(equals + 1, dot).trim();
    String table = qualified.substring(qualified.lastIndexOf('.') + 1);
    String column = text.substring(dot + 1).trim();
    return table.isEmpty() || column.isEmpty() ? null : new JdbcRule(key, table, column);
  }

  /** Name of the key. */
  public String key() {
    return key;
  }

  /** Name of the table without its schema, in any case. */
  public String table() {
    return table;
  }

  /** Name of the column, in any case. */
  public String column() {
    return column;
  }
}
