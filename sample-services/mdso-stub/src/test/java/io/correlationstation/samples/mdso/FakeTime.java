// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands still but for the pauses made on it, which pass at once. */
final class FakeTime implements InstantSource, Pause {

  private Instant now;

  FakeTime(String start) {
    this.now = Instant.parse(start);
  }

  @Override
  public synchronized Instant instant() {
    return now;
  }

  @Override
  public synchronized void of(Duration length) {
    now = now.plus(length);
  }
}
