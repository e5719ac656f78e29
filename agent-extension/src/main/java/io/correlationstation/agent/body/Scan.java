// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

/**
 * Looks for keys in a body, piece by piece as the application reads it. It only looks: bytes are
 * neither taken, changed nor kept beyond the value of a named field.
 *
 * <p>For one thread at a time, as the reading of a body is.
 */
abstract class Scan {

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
    if (count < 0) {
      finish();
      return;
    }
    int length = Math.min(Math.min(count, left), bytes.length - offset);
    left -= length;
    for (int i = offset; i < offset + length && left >= 0; i++) {
      accept(bytes[i]);
    }
  }

  /** The same for the reading of a single byte; below 0 is the end of the body. */
  final void exit(int octet) {
    reading = false;
    if (octet < 0) {
      finish();
    } else {
      left--;
      accept((byte) octet);
    }
  }

  /** Leaves a read that has failed. */
  final void fail() {
    reading = false;
    left = 0;
  }

  private void finish() {
    left = 0;
    end();
  }

  /** Nothing more needs to be looked at. */
  final void done() {
    left = -1;
  }

  abstract void accept(byte b);

  abstract void end();
}
