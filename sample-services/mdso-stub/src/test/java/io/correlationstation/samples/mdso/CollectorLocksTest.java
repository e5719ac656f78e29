// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.samples.mdso.CollectorLocks.Held;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CollectorLocksTest {

  private final FakeTime time = new FakeTime("2025-01-01T00:00:00Z");
  private final CollectorLocks locks = new CollectorLocks(time, time);
  private final List<String> order = new CopyOnWriteArrayList<>();

  @Test
  void acquire_freeCircuit_doesNotWait() throws Exception {
    Instant before = time.instant();

    try (Held held = locks.acquire("A");
        Held other = locks.acquire("B")) {
      assertThat(time.instant()).isEqualTo(before);
    }
  }

  @Test
  void acquire_justReleased_keepsTheGap() throws Exception {
    locks.acquire("A").close();
    Instant released = time.instant();

    locks.acquire("A").close();

    assertThat(time.instant()).isEqualTo(released.plus(CollectorLocks.GAP));
  }

  @Test
  void acquire_releasedLongAgo_doesNotWait() throws Exception {
    locks.acquire("A").close();
    time.of(Duration.ofMinutes(1));
    Instant before = time.instant();

    locks.acquire("A").close();

    assertThat(time.instant()).isEqualTo(before);
  }

  @Test
  void acquire_held_comesAfterTheReleaseFirstComeFirstServed() throws Exception {
    Held held = locks.acquire("A");
    Thread second = acquirer("second");
    await().until(() -> second.getState() == Thread.State.WAITING);
    Thread third = acquirer("third");
    await().until(() -> third.getState() == Thread.State.WAITING);

    order.add("first");
    held.close();

    second.join();
    third.join();
    assertThat(order).containsExactly("first", "second", "third");
  }

  @Test
  void acquire_interruptedWhileWaiting_leavesTheLockToOthers() throws Exception {
    Held held = locks.acquire("A");
    Thread waiting = acquirer("never");
    await().until(() -> waiting.getState() == Thread.State.WAITING);

    waiting.interrupt();
    waiting.join();
    held.close();

    locks.acquire("A").close();
    assertThat(order).isEmpty();
  }

  private Thread acquirer(String name) {
    Thread thread =
        new Thread(
            () -> {
              try (Held held = locks.acquire("A")) {
                order.add(name);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.start();
    return thread;
  }
}
