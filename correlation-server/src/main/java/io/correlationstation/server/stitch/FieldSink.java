// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Takes the fields of a {@link Copied} object. */
public interface FieldSink {

  void put(long value) throws IOException;

  void put(int value) throws IOException;

  void put(double value) throws IOException;

  void put(float value) throws IOException;

  void put(char value) throws IOException;

  void put(byte value) throws IOException;

  void put(boolean value) throws IOException;

  /** An object that others refer to as well. */
  void reference(@Nullable Object object) throws IOException;

  /** The object of a field that is a {@link Part}. */
  void part(@Nullable Object object) throws IOException;
}
