// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

/** Takes attributes as bytes of UTF-8, which are valid as long as the payload they lie in. */
@FunctionalInterface
public interface AttributeSink {

  /**
   * One attribute: its key in {@code keys} and its value as text in {@code values}, each from where
   * it starts to where it ends.
   */
  void attribute(
      byte[] keys, int keyStart, int keyEnd, byte[] values, int valueStart, int valueEnd);
}
