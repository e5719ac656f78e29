// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.admission.Admission;
import java.nio.ByteBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Statements over {@code frame_traces}: for each frame the traces in it that are not fragments of
 * the store, eight bytes each ({@link Admission#hash}).
 *
 * <p>A row per frame and no index makes writing cost next to nothing; to find a trace, all rows are
 * looked through, a few tens of milliseconds for a full journal.
 */
final class UnlistedTraces {

  private UnlistedTraces() {}

  /** A frame that was read again is as it was: it still holds those traces. */
  static void save(Handle handle, Map<Long, Longs> tracesOfFrame) {
    RowBatch batch =
        new RowBatch(
            handle,
            """
            INSERT INTO frame_traces (sequence, traces) VALUES (?, ?)
            ON CONFLICT DO NOTHING
            """);
    tracesOfFrame.forEach((sequence, traces) -> batch.add(sequence, traces.pack()));
    batch.execute();
  }

  /** The frames that hold something of the trace, in their order. */
  static List<Long> frames(Handle handle, String traceId) {
    long wanted = Admission.hash(traceId);
    List<Long> frames = new ArrayList<>();
    handle
        .createQuery("SELECT sequence, traces FROM frame_traces ORDER BY sequence")
        .map((result, context) -> holds(result.getBytes(2), wanted) ? result.getLong(1) : -1L)
        .forEach(
            sequence -> {
              if (sequence >= 0) {
                frames.add(sequence);
              }
            });
    return frames;
  }

  private static boolean holds(byte[] packed, long wanted) {
    LongBuffer traces = ByteBuffer.wrap(packed).asLongBuffer();
    while (traces.hasRemaining()) {
      if (traces.get() == wanted) {
        return true;
      }
    }
    return false;
  }

  /** Tells what the last frames hold, oldest first. */
  static void tellLast(Handle handle, int maxFrames, Admission admission) {
    handle
        .createQuery(
            """
            SELECT sequence, traces FROM (
              SELECT sequence, traces FROM frame_traces ORDER BY sequence DESC LIMIT :limit) AS last
            ORDER BY sequence
            """)
        .bind("limit", maxFrames)
        .map((result, context) -> Map.entry(result.getLong(1), result.getBytes(2)))
        .forEach(
            row ->
                Longs.unpack(row.getValue())
                    .forEach(trace -> admission.passOver(trace, row.getKey())));
  }

  /** Forgets frames that the journal has forgotten. */
  static void forgetBefore(Handle handle, long sequence) {
    handle
        .createUpdate("DELETE FROM frame_traces WHERE sequence < :sequence")
        .bind("sequence", sequence)
        .execute();
  }
}
