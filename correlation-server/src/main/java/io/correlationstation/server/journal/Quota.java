// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether there is room for a frame: in memory, in the log and on the file system.
 *
 * <p>Intake stops at nine tenths of {@code maxBytes}. Frames of the server itself may use the rest:
 * a reader that has to write before it can commit would otherwise keep the log full for ever.
 */
final class Quota {

  private static final long COMMON_BYTES = 64 * 1024;

  private final JournalConfig config;
  private final LongSupplier logBytes;
  private volatile long usableBytes = Long.MAX_VALUE;
  private volatile long idleBytes;

  Quota(JournalConfig config, LongSupplier logBytes) {
    this.config = config;
    this.logBytes = logBytes;
  }

  /** Tells how much room the file system had when last asked. */
  void usable(long bytes) {
    usableBytes = bytes;
  }

  long usable() {
    return usableBytes;
  }

  @Nullable Refusal check(Pending pending, long waitingBytes) {
    if (pending.frame().payload().length > config.maxFrameBytes()) {
      return Refusal.of(
          Refusal.SIZE,
          "payload of "
              + pending.frame().payload().length
              + " bytes, at most "
              + config.maxFrameBytes());
    }
    boolean own = pending.frame().ownWork();
    return check(pending.bytes(), waitingBytes, own ? config.maxBytes() : intakeBytes());
  }

  /** Why a frame of common size would be refused, or null. */
  @Nullable Refusal check(long waitingBytes) {
    long common = Math.min(COMMON_BYTES, config.maxBytes() / 10);
    return check(common, waitingBytes, intakeBytes());
  }

  /** Where intake stops. */
  long intakeBytes() {
    return config.maxBytes() / 10 * 9;
  }

  /** Tells how much of the log every reader was done with when last asked. */
  void idle(long bytes) {
    idleBytes = bytes;
  }

  /** Part of the room for intake that some reader still needs. */
  double fullness() {
    return (double) (logBytes.getAsLong() - idleBytes) / intakeBytes();
  }

  /** How much may stay in the log although every reader is done with it. */
  long keepBytes() {
    long headroom = Math.max(config.segmentBytes(), config.maxFrameBytes());
    long room = Math.max(intakeBytes() - headroom, intakeBytes() / 2);
    return Math.min(config.retentionBytes(), room);
  }

  private @Nullable Refusal check(long bytes, long waitingBytes, long maxBytes) {
    if (logBytes.getAsLong() + waitingBytes + bytes > maxBytes) {
      return Refusal.of(Refusal.FULL, "the journal is full: readers lag, see corr_wal_pending");
    }
    if (waitingBytes > 0 && waitingBytes + bytes > config.maxQueuedBytes()) {
      return Refusal.of(Refusal.FULL, "the disk is slower than the intake");
    }
    if (usableBytes - waitingBytes - bytes < config.minFreeBytes()) {
      return Refusal.of(
          Refusal.DISK, "less than " + config.minFreeBytes() + " bytes free on the file system");
    }
    return null;
  }
}
