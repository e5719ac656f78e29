// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MatcherTest {

  private final Matcher matcher = new Matcher(new Skew(), new ReadAhead(new TraceTable()));
  private final ExitType calling =
      new ExitType(0, new Service("order"), "POST", ExitType.CLIENT, null, null);
  private final ChildType type =
      new ChildType(0, new Service("billing"), "bill", ExitType.SERVER, null, null);
  private final EdgeModel edge = new EdgeModel(calling, type);
  private long next = 1;

  @Test
  void open_withoutCandidates_isNeverLookedAtAgain() {
    Child root = root();

    matcher.open(root);

    assertThat(root.due).isEqualTo(Child.NOT_DUE);
    assertThat(matcher.openCount()).isEqualTo(1);
  }

  @Test
  void open_rootOfOneCandidateThatIsOfferedASecond_sendsToBothAtOnce_andOnceASweep() {
    Exit one = exit();
    Exit other = exit();
    Child root = root(one);
    weigh(root, 100);
    matcher.open(root);
    assertThat(root.rest).isEqualTo((byte) 16);
    matcher.sweep();
    Candidates offered = new Candidates(1);
    offered.add(root, other, edge, 0);
    root.candidates = root.candidates.with(offered, type);
    weigh(root, 100, 100);

    matcher.open(root);

    assertThat(root.rest).isEqualTo((byte) 1);
    assertThat(other.load).isPositive();
    root.candidates.weight[1] = 0;
    matcher.sweep();
    assertThat(other.load).isZero();
    int opened = 0;
    byte due = root.due;
    for (int i = 0; i < 40; i++) {
      matcher.sweep();
      opened += root.due == due ? 0 : 1;
      due = root.due;
    }
    assertThat(opened).isLessThan(8);
  }

  @Test
  void sweep_rootsThatWantTheSameTwo_agreeThoughMessagesGrow_andAreLeftToRest() {
    Exit one = exit();
    Exit other = exit();
    Child first = root(one, other);
    Child second = root(one, other);
    weigh(first, 10_000, 5_000);
    weigh(second, 5_000, 10_000);
    matcher.open(first);
    matcher.open(second);

    int sweeps = 0;
    while (first.rest < 16 && sweeps < 64) {
      matcher.sweep();
      sweeps++;
    }

    assertThat(sweeps).isLessThan(64);
    double[] probability = new double[2];
    Matcher.posterior(first, probability);
    assertThat(probability[0]).isGreaterThan(0.75);
    double likelier = probability[0];
    for (int i = 0; i < 200; i++) {
      matcher.update(first);
      matcher.update(second);
    }
    Matcher.posterior(first, probability);
    assertThat(probability[0]).isGreaterThanOrEqualTo(likelier - 0.05);
    Matcher.posterior(second, probability);
    assertThat(probability[1]).isGreaterThan(0.75);
  }

  @Test
  void sweep_rivalThatComesLater_isHeardAfterTheLongestRest() {
    Exit call = exit();
    Exit spare = exit();
    Child early = root(call, spare);
    weigh(early, 100, 10);
    matcher.open(early);
    for (int i = 0; i < 20; i++) {
      matcher.sweep();
    }
    Child late = root(call);
    weigh(late, 10_000);

    matcher.open(late);
    double before = early.candidates.message[1];
    for (int i = 0; i < 17; i++) {
      matcher.sweep();
    }

    assertThat(early.candidates.message[1]).isGreaterThan(2 * before);
    double[] probability = new double[2];
    Matcher.posterior(early, probability);
    assertThat(probability[1]).isCloseTo(10.0 / 11, within(0.02));
  }

  private Exit exit() {
    Fragment fragment = new Fragment(1, next);
    return new Exit(fragment, calling, next++, 0, 3_000, (char) 0, 0, null);
  }

  private Child root(Exit... exits) {
    Child child = new Child(new Fragment(2, next), type, next++, 1_000, 2_000, (char) 0);
    Candidates found = new Candidates(Math.max(1, exits.length));
    for (Exit exit : exits) {
      found.add(child, exit, edge, 0);
    }
    child.searched(Candidates.NONE.with(found, type), 0);
    return child;
  }

  private static void weigh(Child child, double... weights) {
    System.arraycopy(weights, 0, child.candidates.weight, 0, weights.length);
  }
}
