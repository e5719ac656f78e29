// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How the segmented journal uses its directory.
 *
 * @param directory where segments and cursors live; made with mode 0700 when it is missing
 * @param maxBytes bound on all segments together; intake is refused at nine tenths of it, the rest
 *     is kept for frames that the server writes itself, so that readers can always move on
 * @param minFreeBytes appends are refused while the file system has less room than this
 * @param segmentBytes a segment is closed when the next frame would make it longer than this
 * @param maxFrameBytes bound on one frame's payload
 * @param maxQueuedBytes bound on frames that wait in memory for the disk
 * @param retention segments that every cursor has passed are kept this long, so that they can be
 *     read again
 * @param retentionBytes but only while all segments together are smaller than this
 * @param cursorDelay how long a commit may stay in memory; after a crash the frames of that time
 *     are read again
 * @param tailBytes how much of the newest frames is kept in memory for cursors that are caught up
 * @param requireLocalDisk whether to refuse network file systems, which may acknowledge a force
 *     they have not done
 */
public record JournalConfig(
    Path directory,
    long maxBytes,
    long minFreeBytes,
    long segmentBytes,
    int maxFrameBytes,
    long maxQueuedBytes,
    Duration retention,
    long retentionBytes,
    Duration cursorDelay,
    long tailBytes,
    boolean requireLocalDisk) {

  private static final long MIB = 1L << 20;

  public JournalConfig {
    requireNonNull(directory, "directory");
    requireNonNull(retention, "retention");
    requireNonNull(cursorDelay, "cursorDelay");
    requirePositive(maxBytes, "maxBytes");
    requirePositive(segmentBytes, "segmentBytes");
    requirePositive(maxFrameBytes, "maxFrameBytes");
    requireNotNegative(minFreeBytes, "minFreeBytes");
    requireNotNegative(retentionBytes, "retentionBytes");
    requireNotNegative(tailBytes, "tailBytes");
    requireNotNegative(retention.toSeconds(), "retention");
    if (cursorDelay.isNegative() || cursorDelay.isZero()) {
      throw new IllegalArgumentException("cursorDelay <= 0: " + cursorDelay);
    }
    if (maxQueuedBytes < maxFrameBytes) {
      throw new IllegalArgumentException(
          "maxQueuedBytes < maxFrameBytes: " + maxQueuedBytes + " < " + maxFrameBytes);
    }
    if (maxBytes < segmentBytes) {
      throw new IllegalArgumentException(
          "maxBytes < segmentBytes: " + maxBytes + " < " + segmentBytes);
    }
  }

  /** The defaults in that directory. */
  public static JournalConfig of(Path directory) {
    return builder(directory).build();
  }

  /** Starts from the defaults in that directory. */
  public static Builder builder(Path directory) {
    return new Builder(directory);
  }

  private static void requirePositive(long value, String name) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " <= 0: " + value);
    }
  }

  private static void requireNotNegative(long value, String name) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " < 0: " + value);
    }
  }

  /** Holds the defaults; every setter returns the builder. */
  public static final class Builder {

    private final Path directory;
    private long maxBytes = 10_240 * MIB;
    private long minFreeBytes = 1024 * MIB;
    private long segmentBytes = 64 * MIB;
    private int maxFrameBytes = (int) (96 * MIB);
    private long maxQueuedBytes = 128 * MIB;
    private Duration retention = Duration.ofDays(7);
    private long retentionBytes = 4096 * MIB;
    private Duration cursorDelay = Duration.ofMillis(250);
    private long tailBytes = 32 * MIB;
    private boolean requireLocalDisk = true;

    private Builder(Path directory) {
      this.directory = directory;
    }

    public Builder maxBytes(long value) {
      maxBytes = value;
      return this;
    }

    public Builder minFreeBytes(long value) {
      minFreeBytes = value;
      return this;
    }

    public Builder segmentBytes(long value) {
      segmentBytes = value;
      return this;
    }

    public Builder maxFrameBytes(int value) {
      maxFrameBytes = value;
      return this;
    }

    public Builder maxQueuedBytes(long value) {
      maxQueuedBytes = value;
      return this;
    }

    public Builder retention(Duration value) {
      retention = value;
      return this;
    }

    public Builder retentionBytes(long value) {
      retentionBytes = value;
      return this;
    }

    public Builder cursorDelay(Duration value) {
      cursorDelay = value;
      return this;
    }

    public Builder tailBytes(long value) {
      tailBytes = value;
      return this;
    }

    public Builder requireLocalDisk(boolean value) {
      requireLocalDisk = value;
      return this;
    }

    public JournalConfig build() {
      return new JournalConfig(
          directory,
          maxBytes,
          minFreeBytes,
          segmentBytes,
          maxFrameBytes,
          maxQueuedBytes,
          retention,
          retentionBytes,
          cursorDelay,
          tailBytes,
          requireLocalDisk);
    }
  }
}
