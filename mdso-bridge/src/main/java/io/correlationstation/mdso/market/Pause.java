// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.time.Duration;

/** Waits; tests record the wait instead. */
@FunctionalInterface
public interface Pause {
  void pause(Duration duration) throws InterruptedException;
}
