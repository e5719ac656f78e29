// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Finds what is known of a trace. Thread-safe; every answer is a snapshot. */
final class TraceQueries {

  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  private final Jdbi jdbi;

  TraceQueries(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /** What is known of a trace besides its spans; null when nothing is. */
  @Nullable TraceIndex trace(String traceId) {
    return jdbi.inTransaction(
        handle -> {
          List<Long> frames =
              handle
                  .createQuery(
                      "SELECT sequence FROM trace_frames WHERE trace_id = :id ORDER BY sequence")
                  .bind("id", traceId)
                  .mapTo(Long.class)
                  .collect(Collectors.toCollection(ArrayList::new));
          List<Fragment> fragment = FragmentQueries.byTrace(handle, List.of(traceId));
          if (fragment.isEmpty() && TRACE_ID.matcher(traceId).matches()) {
            frames.addAll(UnlistedTraces.frames(handle, traceId));
          }
          if (frames.isEmpty() && fragment.isEmpty()) {
            return null;
          }
          return new TraceIndex(
              frames,
              fragment.isEmpty() ? null : fragment.get(0),
              FragmentQueries.links(handle, List.of(traceId)),
              FragmentQueries.logs(handle, List.of(traceId), JourneyQueries.MAX_LOGS));
        });
  }

  /** The id in the form of a trace id, or null when no frame holds anything of that trace. */
  static @Nullable String known(Handle handle, String id) {
    String traceId = Aliases.traceId(id);
    String listed =
        handle
            .createQuery("SELECT trace_id FROM trace_frames WHERE trace_id = :id LIMIT 1")
            .bind("id", traceId)
            .mapTo(String.class)
            .findOne()
            .orElse(null);
    if (listed != null || !TRACE_ID.matcher(traceId).matches()) {
      return listed;
    }
    return UnlistedTraces.frames(handle, traceId).isEmpty() ? null : traceId;
  }

  /** Where the spans of a trace are, and what else is known of it. */
  record TraceIndex(
      List<Long> frames, @Nullable Fragment fragment, List<Link> links, List<LogLine> logs) {}
}
