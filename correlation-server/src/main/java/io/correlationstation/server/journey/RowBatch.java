// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Rows for one statement, bound by position: of the statements that every fragment goes through,
 * binding by name had cost twice what the database does.
 *
 * <p>Failures surface as unchecked exceptions, as those of the other statements do.
 */
final class RowBatch {

  private final PreparedStatement statement;
  private int rows;

  /**
   * @param sql with a question mark for each value of a row
   */
  RowBatch(Handle handle, String sql) {
    try {
      statement = handle.getConnection().prepareStatement(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  void add(@Nullable Object... values) {
    try {
      for (int i = 0; i < values.length; i++) {
        statement.setObject(i + 1, values[i]);
      }
      statement.addBatch();
      rows++;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs the statement for all rows; this object is done with afterwards. */
  void execute() {
    try (statement) {
      if (rows > 0) {
        statement.executeBatch();
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
