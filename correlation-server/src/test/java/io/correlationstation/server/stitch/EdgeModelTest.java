// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EdgeModelTest {

  private final ExitType call =
      new ExitType(0, new Service("a"), "report", ExitType.PRODUCER, null, null);
  private final ChildType work =
      new ChildType(0, new Service("b"), "done", ExitType.CONSUMER, null, null);
  private final EdgeModel edge = new EdgeModel(call, work);

  /** One early fit sees few orders; what it gave up, the next one must be able to find. */
  @Test
  void fitShare_doubtfulCallThatExplainedNothing_isHopedForWhilePriorsStandIn() {
    edge.prior = 0.02;
    edge.doubtful = true;
    call.exposure = 40;

    edge.startFit(false);
    edge.fitShare(1);
    assertThat(edge.share).isZero();

    edge.startFit(true);
    edge.fitShare(1);
    assertThat(edge.share).isPositive();
  }

  @Test
  void fitShare_forbiddenCall_isNeverHopedFor() {
    edge.prior = 0.02;
    edge.forbidden = true;
    edge.startFit(true);
    edge.fitShare(1);

    assertThat(edge.share).isZero();
  }
}
