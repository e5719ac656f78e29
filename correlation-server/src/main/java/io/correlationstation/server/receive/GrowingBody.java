// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Collects bytes up to a limit, in memory leased from the {@link ByteBudget} as it grows: a sender
 * holds what it has sent (at most twice that), not what it announced.
 */
final class GrowingBody {

  private static final int FIRST = 16 * 1024;

  private final int limit;
  private final ByteBudget.Lease lease;
  private byte[] bytes = {};
  private int size;

  GrowingBody(int limit, ByteBudget.Lease lease) {
    this.limit = limit;
    this.lease = lease;
  }

  /** Makes room for that many bytes at once, when the length is known and modest. */
  void expect(long length) throws Refusal {
    if (length > 0 && length <= 1024 * 1024) {
      resize((int) length);
    }
  }

  /** Makes room for exactly that many bytes at once; more can still be put in. */
  void reserve(int length) throws Refusal {
    if (length > bytes.length) {
      resize(length);
    }
  }

  int size() {
    return size;
  }

  /** How many bytes fit in before the array has to grow. */
  int free() {
    return bytes.length - size;
  }

  void append(ByteBuffer more) throws Refusal {
    int length = more.remaining();
    room(length);
    more.get(bytes, size, length);
    size += length;
  }

  /**
   * Where more can be put: at least {@code wanted} bytes from {@link #size()} to the array's end.
   */
  byte[] room(int wanted) throws Refusal {
    long needed = (long) size + wanted;
    if (needed > limit) {
      throw Refusal.tooLarge(limit);
    }
    if (needed > bytes.length) {
      resize((int) Math.min(limit, Math.max(needed, Math.max(FIRST, bytes.length * 2L))));
    }
    return bytes;
  }

  void advance(int written) {
    size += written;
  }

  /** The bytes; this object is done with afterwards. */
  byte[] toByteArray() throws Refusal {
    if (size < bytes.length) {
      resize(size);
    }
    return bytes;
  }

  /** Gives the memory back at once; this object is done with afterwards. */
  void drop() {
    lease.giveBack(bytes.length);
    bytes = new byte[0];
    size = 0;
  }

  /**
   * Old and new array are both there while one is copied to the other. A heap that has no room for
   * both, whatever the budget says, costs the request and not the server.
   */
  private void resize(int length) throws Refusal {
    int before = bytes.length;
    lease.take(length);
    try {
      bytes = Arrays.copyOf(bytes, length);
    } catch (OutOfMemoryError e) {
      lease.giveBack(length);
      throw Refusal.noMemory();
    }
    lease.giveBack(before);
  }
}
