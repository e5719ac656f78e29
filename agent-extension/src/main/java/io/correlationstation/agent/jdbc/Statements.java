// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.jdbc;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Source;
import io.correlationstation.agent.carry.WeakIdentityMap;
import io.correlationstation.agent.settings.JdbcRule;
import io.opentelemetry.context.Context;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Knows which parameters of prepared statements are keys, and takes them as the application binds
 * them. Of a batch the first row counts, as the request has one value of a key.
 */
public final class Statements {

  /** SQL texts that are remembered; behind it each statement is read anew. */
  private static final int MAX_TEXTS = 1024;

  private static final @Nullable String[] NONE = {};

  private final Carrier carrier;
  private final List<JdbcRule> rules;
  private final Map<String, @Nullable String[]> keysOfText = new ConcurrentHashMap<>();
  private final WeakIdentityMap<@Nullable String[]> keysOfStatement = new WeakIdentityMap<>();

  public Statements(Carrier carrier) {
    this.carrier = carrier;
    this.rules = carrier.settings().jdbcRules();
  }

  /** After a statement was prepared. */
  public void prepared(Object statement, String sql) {
    if (rules.isEmpty()) {
      return;
    }
    String[] keys = keysOfText.get(sql);
    if (keys == null) {
      String[] read = SqlParameters.keys(sql, rules);
      keys = read == null ? NONE : read;
      if (keysOfText.size() < MAX_TEXTS) {
        keysOfText.put(sql, keys);
      }
    }
    if (keys.length > 0) {
      keysOfStatement.put(statement, keys);
    }
  }

  /** After a parameter was bound; its index counts from 1. */
  public void bound(Object statement, int index, @Nullable Object value) {
    String[] keys = keysOfStatement.get(statement);
    if (keys == null || index < 1 || index > keys.length) {
      return;
    }
    String key = keys[index - 1];
    if (key != null && value != null && isPlain(value)) {
      carrier.discover(Context.current(), key, value.toString(), Source.JDBC);
    }
  }

  /** Whether the text of a value is the value, and comes from no code of the application. */
  private static boolean isPlain(Object value) {
    return value instanceof String
        || value instanceof Integer
        || value instanceof Long
        || value instanceof BigDecimal
        || value instanceof UUID;
  }
}
