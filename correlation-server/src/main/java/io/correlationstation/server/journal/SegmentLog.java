// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments, and the newest one's end, where the committer writes. Any thread reads; {@link
 * #write}, {@link #abandon} and {@link #closeWriter} belong to the committer, the only thread that
 * ever touches the channel being written.
 *
 * <p>Order of a commit: write, force, then the numbers that readers look at. A segment is durable
 * under its name before a frame in it is acknowledged. The first write after a start or a failure
 * makes a new segment; nothing is ever appended to a file that an earlier run, or a failed force,
 * has left.
 */
final class SegmentLog {

  private static final int BUFFER_BYTES = 1 << 20;
  private static final Logger logger = LoggerFactory.getLogger(SegmentLog.class);

  private final JournalDisk disk;
  private final Clock clock;
  private final JournalMetrics metrics;
  private final long journalId;
  private final long segmentBytes;
  private final Tail tail;
  private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition published = lock.newCondition();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  private JournalDisk.@Nullable Writer writer;
  private @Nullable Segment active;
  private volatile long next;
  private volatile boolean closed;

  SegmentLog(
      JournalDisk disk,
      JournalConfig config,
      Recovery.Found found,
      Tail.Positions readers,
      Clock clock,
      JournalMetrics metrics) {
    this.disk = disk;
    this.clock = clock;
    this.metrics = metrics;
    this.journalId = found.journalId();
    this.segmentBytes = config.segmentBytes();
    this.tail = new Tail(config.tailBytes(), readers);
    found.segments().forEach(this::add);
    this.next = found.next();
  }

  /** Makes frames durable, in order, then visible; on failure none of those not yet visible is. */
  void write(List<Pending> batch) throws IOException {
    int from = 0;
    while (from < batch.size()) {
      Segment segment = roomFor(batch.get(from));
      int to = from + 1;
      long bytes = segment.bytes() + batch.get(from).bytes();
      while (to < batch.size() && bytes + batch.get(to).bytes() <= segmentBytes) {
        bytes += batch.get(to++).bytes();
      }
      write(batch.subList(from, to), segment);
      from = to;
    }
  }

  /**
   * Gives the active segment up after a failure: what a failed force left of it cannot be trusted,
   * and asking again would not tell. Frames that were durable before stay.
   */
  void abandon() {
    Segment segment = active;
    JournalDisk.Writer failed = writer;
    active = null;
    writer = null;
    if (segment == null || failed == null) {
      return;
    }
    try (failed) {
      failed.truncate(segment.bytes());
    } catch (IOException e) {
      logger.debug("Cannot cut refused frames off {}", segment.name(), e);
    }
    if (segment.first() == next) {
      remove(segment);
    } else {
      segment.seal(next);
    }
  }

  /** Closes the file being written; every frame in it is durable. */
  void closeWriter() {
    try {
      if (writer != null) {
        writer.close();
      }
    } catch (IOException e) {
      logger.debug("Cannot close the active segment", e);
    }
    writer = null;
    active = null;
  }

  /** The sequence number after the last durable frame. */
  long next() {
    return next;
  }

  /** The oldest sequence number still there, or {@link #next} when the log is empty. */
  long oldest() {
    Map.Entry<Long, Segment> first = segments.firstEntry();
    return first == null ? next : first.getKey();
  }

  /** The segment that has or had that frame, or the first one after it; null behind the end. */
  @Nullable Segment segmentOf(long sequence) {
    Map.Entry<Long, Segment> entry = segments.floorEntry(sequence);
    if (entry == null || sequence >= entry.getValue().end()) {
      entry = segments.higherEntry(sequence);
    }
    return entry == null ? null : entry.getValue();
  }

  /** The segments, oldest first. */
  Collection<Segment> segments() {
    return segments.values();
  }

  /** Size of all segments. */
  long bytes() {
    return bytes.get();
  }

  /** One of the newest frames, or null when it has to be read. */
  @Nullable Frame recent(long sequence) {
    return tail.get(sequence);
  }

  /** When about the frame of that number was received, in nanoseconds since the epoch. */
  long receivedAround(long sequence) {
    Segment segment = segmentOf(sequence);
    return segment == null
        ? nowNanos()
        : segment.index().receivedAround(sequence, segment.created());
  }

  /** When the segment's last frame was at the latest written: when the next one was made. */
  long endedNanos(Segment segment) {
    Map.Entry<Long, Segment> next = segments.higherEntry(segment.first());
    return next == null ? nowNanos() : next.getValue().created();
  }

  /** The time of day in nanoseconds since the epoch; never used for order. */
  long nowNanos() {
    Instant now = clock.instant();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  /** Waits until the frame of that number is durable; false when it did not come in time. */
  boolean await(long sequence, long nanos) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (next <= sequence && !closed) {
        if (nanos <= 0) {
          return false;
        }
        nanos = published.awaitNanos(nanos);
      }
      return next > sequence;
    } finally {
      lock.unlock();
    }
  }

  /** Lets everybody who waits go. */
  void close() {
    lock.lock();
    try {
      closed = true;
      published.signalAll();
    } finally {
      lock.unlock();
    }
  }

  boolean closed() {
    return closed;
  }

  /** Deletes the oldest segment; its frames become a gap. */
  void deleteOldest(Segment oldest) throws IOException {
    disk.delete(oldest.name());
    remove(oldest);
  }

  private void add(Segment segment) {
    segments.put(segment.first(), segment);
    bytes.addAndGet(segment.bytes());
  }

  private void remove(Segment segment) {
    if (segments.remove(segment.first(), segment)) {
      bytes.addAndGet(-segment.bytes());
    }
  }

  private void write(List<Pending> batch, Segment segment) throws IOException {
    JournalDisk.Writer file = requireNonNull(writer);
    long sequence = next;
    for (Pending pending : batch) {
      FrameFormat.seal(pending.header(), segment.marker(), sequence++);
      put(pending.header(), file);
      put(pending.frame().payload(), file);
    }
    flush(file);
    long start = System.nanoTime();
    file.force();
    metrics.fsyncSeconds.observe((System.nanoTime() - start) / 1e9);
    publish(batch, segment);
  }

  private void publish(List<Pending> batch, Segment segment) {
    long sequence = next;
    long offset = segment.bytes();
    for (Pending pending : batch) {
      segment.index().add(sequence, offset, pending.frame().receivedNanos());
      tail.add(sequence, pending.frame());
      metrics.appended(pending.frame());
      offset += pending.bytes();
      sequence++;
    }
    bytes.addAndGet(offset - segment.bytes());
    metrics.appendedBytes.inc(offset - segment.bytes());
    metrics.appendedFrames.inc(batch.size());
    segment.extend(offset);
    lock.lock();
    try {
      next = sequence;
      published.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void put(byte[] bytes, JournalDisk.Writer file) throws IOException {
    int from = 0;
    while (from < bytes.length) {
      if (!buffer.hasRemaining()) {
        flush(file);
      }
      int n = Math.min(buffer.remaining(), bytes.length - from);
      buffer.put(bytes, from, n);
      from += n;
    }
  }

  private void flush(JournalDisk.Writer file) throws IOException {
    buffer.flip();
    try {
      file.write(buffer);
    } finally {
      buffer.clear();
    }
  }

  private Segment roomFor(Pending pending) throws IOException {
    Segment segment = active;
    if (segment != null
        && (segment.first() == next || segment.bytes() + pending.bytes() <= segmentBytes)) {
      return segment;
    }
    if (segment != null) {
      segment.seal(next);
      closeWriter();
    }
    return startSegment();
  }

  /** Order: header, its force, the directory's force; only then does the segment count. */
  private Segment startSegment() throws IOException {
    Map.Entry<Long, Segment> last = segments.lastEntry();
    SegmentHeader header =
        new SegmentHeader(
            SegmentHeader.VERSION,
            journalId,
            next,
            last == null ? -1 : last.getKey(),
            last == null ? next : last.getValue().end(),
            nowNanos());
    Segment segment = Segment.fresh(header);
    disk.delete(segment.name());
    JournalDisk.Writer file = disk.create(segment.name());
    try {
      file.write(ByteBuffer.wrap(header.encode()));
      file.force();
      disk.force();
    } catch (IOException e) {
      file.close();
      throw e;
    }
    writer = file;
    active = segment;
    add(segment);
    return segment;
  }
}
