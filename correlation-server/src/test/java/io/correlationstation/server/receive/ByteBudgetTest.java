// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

  private final ByteBudget budget = new ByteBudget(100);

  @Test
  void take_others_areRefusedBeyondTheLimitAndServedAfterwards() throws Exception {
    ByteBudget.Lease first = budget.lease();
    first.take(60);

    assertThatThrownBy(() -> budget.lease().take(41)).isInstanceOf(Refusal.class);
    assertThat(budget.used()).isEqualTo(60);
    first.close();
    budget.lease().take(100);

    assertThat(budget.used()).isEqualTo(100);
  }

  @Test
  void take_aloneOverTheLimit_isServedAndKeepsOthersOut() throws Exception {
    ByteBudget.Lease alone = budget.lease();
    alone.take(80);
    alone.beside().take(200);

    assertThatThrownBy(() -> budget.lease().take(1)).isInstanceOf(Refusal.class);
    assertThat(budget.used()).isEqualTo(280);
  }

  @Test
  void take_notAloneAnyMore_isRefusedBeyondTheLimit() throws Exception {
    ByteBudget.Lease large = budget.lease();
    large.take(80);
    budget.lease().take(10);

    assertThatThrownBy(() -> large.take(11))
        .isInstanceOf(Refusal.class)
        .satisfies(e -> assertThat(((Refusal) e).retryAfterSeconds()).isBetween(1, 5));
  }

  @Test
  void close_afterGivingBack_leavesNothing() throws Exception {
    ByteBudget.Lease lease = budget.lease();
    lease.take(50);
    lease.giveBack(20);
    lease.close();
    lease.close();

    assertThat(budget.used()).isZero();
  }

  /** While an array is copied to a larger one both are in memory. */
  @Test
  void growingBody_growth_countsBothArraysForAMoment() throws Exception {
    ByteBudget tight = new ByteBudget(60_000);
    tight.lease().take(1);
    GrowingBody body = new GrowingBody(1 << 20, tight.lease());
    body.append(ByteBuffer.allocate(16 * 1024));

    body.append(ByteBuffer.allocate(10 * 1024));

    assertThat(tight.used()).isEqualTo(32 * 1024 + 1);
    assertThatThrownBy(() -> body.append(ByteBuffer.allocate(10 * 1024)))
        .isInstanceOf(Refusal.class);
    assertThat(body.toByteArray()).hasSize(26 * 1024);
    assertThat(tight.used()).isEqualTo(26 * 1024 + 1);
  }
}
