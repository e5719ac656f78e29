// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.dynatrace.hash4j.hashing.HashValue128;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.otlp.Rejected;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings back after a restart which requests came last, so that a sender whose answer got lost with
 * the server is not stored twice. A frame that holds the body as it came is told by its bytes; any
 * other carries the {@linkplain #tag identity of its request} in its headers.
 *
 * <p>Reads the newest frames of the journal, {@value #MAX_BYTES} bytes or {@value #MAX_FRAMES}
 * frames at most, so that it costs a start no more than a moment: senders that come again do so
 * within seconds.
 */
final class Recollection {

  /** Header with 32 hexadecimal digits. */
  static final String REQUEST = "request";

  /** Header with what the answer repeats, when there is something. */
  static final String ECHO = "echo";

  private static final int MAX_BYTES = 64 << 20;
  private static final int MAX_FRAMES = 20_000;

  /** Frames are looked up in rising order, which is cheap, in runs of this many. */
  private static final int RUN = 500;

  private static final Logger logger = LoggerFactory.getLogger(Recollection.class);

  private final Journal journal;
  private final Duplicates duplicates;
  private final long sinceNanos;
  private long bytes;
  private int frames;

  private Recollection(Journal journal, Duplicates duplicates, long sinceNanos) {
    this.journal = journal;
    this.duplicates = duplicates;
    this.sinceNanos = sinceNanos;
  }

  /** Remembers what was received within the window; does without it when the journal fails. */
  static void fill(Duplicates duplicates, Journal journal, Duration window, long nowNanos) {
    try {
      new Recollection(journal, duplicates, nowNanos - window.toNanos()).run();
    } catch (IOException e) {
      logger.warn("what came before the restart is not known; retries may be stored twice", e);
    }
  }

  private void run() throws IOException {
    long end = journal.status().nextSequence();
    boolean more = true;
    while (more && end > 0) {
      long start = Math.max(0, end - RUN);
      more = remember(start, end);
      end = start;
    }
    logger.debug("{} frames, {} bytes remembered", frames, bytes);
  }

  /** False when it is not worth looking further back. */
  private boolean remember(long start, long end) throws IOException {
    boolean recent = false;
    for (long sequence = start; sequence < end; sequence++) {
      Frame frame = journal.read(sequence);
      if (frame != null && frame.receivedNanos() >= sinceNanos) {
        recent = true;
        remember(frame);
      }
    }
    return recent && bytes < MAX_BYTES && frames < MAX_FRAMES;
  }

  private void remember(Frame frame) {
    frames++;
    bytes += frame.payload().length;
    HashValue128 identity = frame.ownWork() ? null : identity(frame);
    if (identity != null) {
      String echo = frame.headers().getOrDefault(ECHO, "");
      duplicates.remember(identity, new Outcome(frame.items(), Rejected.NONE, echo, true, false));
    }
  }

  private @Nullable HashValue128 identity(Frame frame) {
    String request = frame.headers().get(REQUEST);
    if (request != null) {
      return parse(request);
    }
    boolean asItCame = !frame.headers().containsKey(Delivery.SOURCE);
    return asItCame
        ? duplicates.identity(frame.signal(), frame.headers().get(Delivery.TENANT), frame.payload())
        : null;
  }

  private static @Nullable HashValue128 parse(String digits) {
    try {
      return digits.length() != 32
          ? null
          : new HashValue128(
              Long.parseUnsignedLong(digits, 0, 16, 16),
              Long.parseUnsignedLong(digits, 16, 32, 16));
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** The frame to store for a request: with its identity, unless its bytes tell it. */
  static Frame tag(Frame frame, Delivery delivery, HashValue128 identity, String echo) {
    if (frame.payload() == delivery.body() && delivery.idempotencyKey() == null) {
      return frame;
    }
    Map<String, String> headers = new LinkedHashMap<>(frame.headers());
    headers.put(
        REQUEST,
        "%016x%016x"
            .formatted(identity.getMostSignificantBits(), identity.getLeastSignificantBits()));
    if (!echo.isEmpty()) {
      headers.put(ECHO, echo);
    }
    return new Frame(
        frame.signal(), frame.receivedNanos(), frame.items(), headers, frame.payload());
  }
}
