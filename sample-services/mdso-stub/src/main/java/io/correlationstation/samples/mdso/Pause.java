// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import java.time.Duration;

/** Lets time pass; a test lets it pass at once. */
@FunctionalInterface
interface Pause {

  /** Returns after {@code length}; throws when the stub stops before. */
  void of(Duration length) throws InterruptedException;
}
