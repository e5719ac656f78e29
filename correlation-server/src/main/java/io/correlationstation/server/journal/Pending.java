// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A frame on its way to the disk.
 *
 * @param header its encoded header, without what depends on its place in the log
 * @param since {@link System#nanoTime} of the append
 */
record Pending(Frame frame, byte[] header, long since, CompletableFuture<Long> stored) {

  /** Encodes a frame, or returns null when its headers are too long. */
  static @Nullable Pending of(Frame frame, long since) {
    byte[] header = FrameFormat.header(frame);
    return header == null ? null : new Pending(frame, header, since, new CompletableFuture<>());
  }

  /** Bytes it takes on disk. */
  long bytes() {
    return (long) header.length + frame.payload().length;
  }
}
