// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.messaging;

/**
 * What is done with messages.
 *
 * @param <E> what it may throw; {@code RuntimeException} for a lambda that throws nothing checked
 */
@FunctionalInterface
public interface MessageWork<E extends Exception> {
  void run() throws E;
}
