// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * What there is so much of that a saved state, for which stitching waits, does not ask reflection
 * for each of its fields, nor look all of it up by identity. Only writing is by hand: what is
 * written must be, byte by byte, what reflection would have written.
 */
public interface Copied {

  /** All fields but transient ones: those of superclasses first, then in order of their names. */
  void copyTo(FieldSink out);

  /**
   * The number given last, by which others refer to it; negative when it keeps none. It says
   * nothing unless whoever gave it knows that it did.
   */
  default int number() {
    return -1;
  }

  /**
   * Gives it a number.
   *
   * @param number not negative
   * @return whether it keeps that; else it is found by {@link #hash}
   */
  default boolean number(int number) {
    return false;
  }

  /** The same for as long as it lives. */
  default int hash() {
    return System.identityHashCode(this);
  }
}
