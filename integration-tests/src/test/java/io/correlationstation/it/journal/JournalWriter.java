// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.journal;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.JournalConfig;
import io.correlationstation.server.journal.JournalCursor;
import io.correlationstation.server.journal.SegmentedJournal;
import io.correlationstation.server.journal.Signal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;

/**
 * The process that gets killed: appends without end, reads with a cursor, and prints what it was
 * promised, a line each: {@code acked SEQUENCE SEED} and {@code read SEQUENCE SEED}.
 *
 * <p>A payload is made from its seed alone, so that the one who checks needs only the line.
 */
final class JournalWriter {

  private static final int IN_FLIGHT = 64;

  private JournalWriter() {}

  public static void main(String[] args) throws Exception {
    Path directory = Path.of(args[0]);
    long seeds = Long.parseLong(args[1]);
    PrintStream out = new PrintStream(System.out, true);
    SegmentedJournal journal = SegmentedJournal.open(config(directory), new PrometheusRegistry());
    Thread reader = new Thread(() -> read(journal, out), "reader");
    reader.start();
    Semaphore inFlight = new Semaphore(IN_FLIGHT);
    for (long seed = seeds; ; seed++) {
      long promised = seed;
      inFlight.acquire();
      journal
          .append(frame(promised))
          .whenComplete(
              (sequence, refusal) -> {
                if (refusal == null) {
                  out.println("acked " + sequence + " " + promised);
                }
                inFlight.release();
              });
    }
  }

  /** Small segments, so that a kill often meets the start or the deletion of one. */
  static JournalConfig config(Path directory) {
    return JournalConfig.builder(directory)
        .minFreeBytes(0)
        .segmentBytes(256 * 1024)
        .retentionBytes(Long.MAX_VALUE)
        .tailBytes(0)
        .cursorDelay(Duration.ofMillis(3))
        .build();
  }

  /** Mostly small payloads, some larger than every buffer. */
  static Frame frame(long seed) {
    Random random = new Random(seed);
    int size = random.nextInt(50) == 0 ? random.nextInt(600_000) : random.nextInt(3000);
    byte[] payload = new byte[Long.BYTES + size];
    random.nextBytes(payload);
    ByteBuffer.wrap(payload).putLong(seed);
    return new Frame(Signal.TRACES, seed, size, Map.of("seed", Long.toString(seed)), payload);
  }

  private static void read(SegmentedJournal journal, PrintStream out) {
    try (JournalCursor cursor = journal.cursor("reader")) {
      while (true) {
        JournalCursor.Entry entry = cursor.poll(Duration.ofSeconds(1));
        if (entry != null) {
          out.println("read " + entry.sequence() + " " + entry.frame().receivedNanos());
          cursor.commit(entry.sequence());
        }
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
