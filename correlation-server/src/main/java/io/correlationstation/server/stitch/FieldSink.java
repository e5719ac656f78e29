// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/** Takes the fields of a {@link Copied} object. */
public interface FieldSink {

  void put(long value);

  void put(int value);

  void put(double value);

  void put(float value);

  void put(char value);

  void put(byte value);

  void put(boolean value);

  /** An object that others refer to as well. */
  void reference(@Nullable Object object);

  /** The object of a field that is a {@link Part}. */
  void part(@Nullable Object object);
}
