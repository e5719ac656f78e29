// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.settings.JdbcRule;
import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlParametersTest {

  private final List<JdbcRule> rules =
      Settings.read(
              SettingsSource.of(
                  Map.of("jdbc-rules", "circuit_id=circuits.id,resource_id=Resources.Resource_Id")))
          .jdbcRules();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "SELECT * FROM circuits WHERE id = ?                                   | [circuit_id]",
        "select c.name from inventory.CIRCUITS c where c.ID=? and c.name = ?   | [circuit_id, null]",
        "SELECT * FROM orders WHERE id = ?                                     | null",
        "SELECT * FROM orders o JOIN circuits AS c ON c.id = o.c WHERE o.id = ? AND c.id = ?"
            + " | [null, circuit_id]",
        "SELECT * FROM orders o, circuits c WHERE o.id = ? AND ? = c.id        | [null, circuit_id]",
        "SELECT * FROM circuits WHERE circuits.id = ?                          | [circuit_id]",
        "SELECT * FROM circuits WHERE id <> ? OR id > ? OR id IN (?, ?)        | null",
        "INSERT INTO circuits (name, id) VALUES (?, ?)                         | [null, circuit_id]",
        "INSERT INTO circuits (name, id) VALUES ('?', ?), (lower(?), ?)"
            + " | [circuit_id, null, circuit_id]",
        "INSERT INTO circuits VALUES (?, ?)                                    | null",
        "INSERT INTO \"Inventory\".\"circuits\" (\"id\") VALUES (?)            | [circuit_id]",
        "insert into `circuits` (`id`) values (concat(?, 'x'))                 | null",
        "INSERT INTO [resources] ([resource_id], x) VALUES (?, 1) ON CONFLICT DO UPDATE SET x = ?"
            + " | [resource_id, null]",
        "UPDATE circuits SET name = ?, id = ? WHERE id = ?    | [null, circuit_id, circuit_id]",
        "DELETE FROM circuits WHERE id = ? -- and id = ?                       | [circuit_id]",
        "DELETE /* id = ? */ FROM circuits WHERE x = 'id = ?' AND id = ?       | [circuit_id]",
        "DELETE FROM circuits WHERE id = 'it''s ?' AND name = ?                | null",
        "{call find(?)}                                                        | null",
      })
  void keys_statement_areOfTheParametersThatColumnsGet(String sql, String expected) {
    assertThat(keys(sql)).isEqualTo(expected);
  }

  @Test
  void keys_longStatement_areNotLookedFor() {
    String padding = new String(new char[SqlParameters.MAX_LENGTH]).replace('\0', ' ');

    assertThat(keys("SELECT * FROM circuits WHERE id = ?" + padding)).isEqualTo("null");
  }

  @Test
  void keys_anyText_neverThrowsAndCountsEachParameterOnce() {
    String[] words = {
      "select",
      "from",
      "circuits",
      "id",
      "=",
      "?",
      "(",
      ")",
      ",",
      "values",
      "into",
      "insert",
      "\"",
      "'",
      "`",
      "[",
      "]",
      ".",
      "--",
      "/*",
      "*/",
      "where",
      "c",
      "as",
      "0"
    };
    Random random = new Random(4711);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder sql = new StringBuilder();
      for (int i = random.nextInt(20); i >= 0; i--) {
        sql.append(words[random.nextInt(words.length)]).append(random.nextBoolean() ? " " : "");
      }
      String[] keys = SqlParameters.keys(sql.toString(), rules);
      if (keys != null) {
        long parameters = SqlWords.of(sql.toString()).stream().filter("?"::equals).count();
        assertThat(keys).as(sql.toString()).hasSize((int) parameters);
      }
    }
  }

  private String keys(String sql) {
    return Arrays.toString(SqlParameters.keys(sql, rules));
  }
}
