// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

/**
 * Looks for keys in a body, piece by piece as the application reads it. It only looks: bytes are
 * neither taken, changed nor kept beyond the value of a named field.
 *
 * <p>For one thread at a time, as the reading of a body is.
 */
abstract class Scan {

  private final byte[] one = new byte[1];
  private int left;
  private boolean reading;

  /** Looks at no more than {@code maxBytes}. */
  Scan(int maxBytes) {
    this.left = maxBytes;
  }

  /** Returns false when nothing more is of interest, or inside a read that a read makes. */
  final boolean enter() {
    if (left <= 0 || reading) {
      return false;
    }
    reading = true;
    return true;
  }

  /** Takes a look at what a read has brought; a count below 0 is the end of the body. */
  final void exit(byte[] bytes, int offset, int count) {
    reading = false;
    if (left <= 0) {
      return;
    }
    if (count < 0) {
      left = 0;
      end();
      return;
    }
    int length = Math.min(Math.min(count, left), bytes.length - offset);
    left -= length;
    accept(bytes, offset, offset + length);
  }

  /** The same for the reading of a single byte; below 0 is the end of the body. */
  final void exit(int octet) {
    one[0] = (byte) octet;
    exit(one, 0, octet < 0 ? -1 : 1);
  }

  /** Leaves a read that has failed. */
  final void fail() {
    reading = false;
    left = 0;
  }

  /** Nothing more needs to be looked at. */
  final void done() {
    left = 0;
  }

  /** Takes the bytes from {@code from} up to {@code to}. */
  abstract void accept(byte[] bytes, int from, int to);

  abstract void end();
}
