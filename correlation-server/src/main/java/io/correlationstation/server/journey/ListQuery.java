// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/**
 * The SELECTs that every batch of frames runs, bound and read by position: parsing the statement
 * and binding five hundred values by name had cost more than finding the rows.
 *
 * <p>Failures surface as unchecked exceptions, as those of the other statements do.
 */
final class ListQuery {

  private static final String LIST = "<values>";

  private final String head;
  private final String tail;

  /**
   * @param sql with a question mark for each value that comes first, then {@code <values>} once,
   *     where a list of values belongs
   */
  ListQuery(String sql) {
    int at = sql.indexOf(LIST);
    head = sql.substring(0, at);
    tail = sql.substring(at + LIST.length());
  }

  /** Reads the current row. */
  interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  /** Makes something of the current row. */
  interface RowMapper<T> {
    T map(ResultSet row) throws SQLException;
  }

  /** What the mapper makes of all rows for all values, by its key. */
  <K, T> Map<K, T> byKey(
      Handle handle, Collection<?> values, Function<T, K> keyOf, RowMapper<T> mapper) {
    Map<K, T> found = new HashMap<>();
    forEach(
        handle,
        values,
        row -> {
          T made = mapper.map(row);
          found.put(keyOf.apply(made), made);
        });
    return found;
  }

  /** Gives all rows for all values to the reader, in several statements when there are many. */
  void forEach(Handle handle, Collection<?> values, RowReader reader, Object... firstValues) {
    for (List<?> chunk : Chunks.of(values)) {
      String sql = head + "?" + ",?".repeat(chunk.size() - 1) + tail;
      try (PreparedStatement statement = handle.getConnection().prepareStatement(sql)) {
        int position = bind(statement, 1, List.of(firstValues));
        bind(statement, position, chunk);
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            reader.read(rows);
          }
        }
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static int bind(PreparedStatement statement, int from, List<?> values)
      throws SQLException {
    int position = from;
    for (Object value : values) {
      statement.setObject(position++, value);
    }
    return position;
  }
}
