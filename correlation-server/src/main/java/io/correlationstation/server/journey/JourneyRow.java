// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row of {@code journeys}.
 *
 * @param id number of the fragment it hangs on
 * @param traceId trace id of that fragment
 * @param circuits sorted
 */
record JourneyRow(
    long id,
    String traceId,
    long startNanos,
    long endNanos,
    long receivedNanos,
    boolean failed,
    boolean rootless,
    @Nullable String defectCode,
    List<String> circuits) {

  static JourneyRow read(ResultSet result) throws SQLException {
    return new JourneyRow(
        result.getLong("id"),
        result.getString("trace_id"),
        result.getLong("start_nanos"),
        result.getLong("end_nanos"),
        result.getLong("received_nanos"),
        result.getInt("failed") != 0,
        result.getInt("rootless") != 0,
        result.getString("defect_code"),
        JsonColumn.list(result.getString("circuits")));
  }

  /** The id by which the world knows it. */
  String journeyId() {
    return JourneyIds.journey(traceId);
  }
}
