// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
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
          List<Long> frames = new ArrayList<>(listed(handle, traceId));
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
    if (!TRACE_ID.matcher(traceId).matches()) {
      return null;
    }
    boolean known =
        !listed(handle, traceId).isEmpty() || !UnlistedTraces.frames(handle, traceId).isEmpty();
    return known ? traceId : null;
  }

  /** The frames that hold spans of the fragment with that trace id, in their order. */
  private static Collection<Long> listed(Handle handle, String traceId) {
    SortedSet<Long> frames = new TreeSet<>();
    handle
        .createQuery("SELECT frames FROM fragments WHERE trace_id = :id")
        .bind("id", traceId)
        .map((result, context) -> result.getBytes(1))
        .forEach(packed -> Longs.unpack(packed).forEach(frames::add));
    return frames;
  }

  /** Where the spans of a trace are, and what else is known of it. */
  record TraceIndex(
      List<Long> frames, @Nullable Fragment fragment, List<Link> links, List<LogLine> logs) {}
}
