// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CandidatesTest {

  private final Service caller = new Service("order");
  private final ChildType type =
      new ChildType(0, new Service("billing"), "bill", ExitType.SERVER, null, null);
  private final Child child = new Child(new Fragment(1, 1), type, 1, 1_000, 2_000, (char) 0);
  private final Candidates found = new Candidates(1);

  @Test
  void with_callsOnly_theyAreTheirOwnPlaces() {
    Exit one = exit(2, ExitType.CLIENT);
    Exit other = exit(3, ExitType.PRODUCER);

    Candidates kept = found(one, other);

    assertThat(kept.slots).containsExactly(one, other);
  }

  @Test
  void with_callerThatShowsNoCalls_getsAPlaceForTheType() {
    Exit call = exit(2, ExitType.CLIENT);
    Exit silent = exit(3, ExitType.SERVER);

    Candidates kept = found(call).with(found(silent), type);

    assertThat(kept.exits).containsExactly(call, silent);
    assertThat(kept.slots).containsExactly(call, silent.slot(type));
    assertThat(kept.slots[1]).isInstanceOf(SlotOfType.class);
  }

  @Test
  void slot_call_keepsWhatItHandedOver() {
    ExitType calling = new ExitType(0, caller, "x", ExitType.PRODUCER, null, null);
    Exit call = new Exit(child.fragment, calling, 2, 0, 3_000, (char) 0, 0, "message-1");

    assertThat(call.slot(type)).isSameAs(call);
    assertThat(call.carrier()).isEqualTo("message-1");
    assertThat(exit(3, ExitType.SERVER).carrier()).isNull();
  }

  @Test
  void addBurst_upToFour_areReadAsTheyWereNoted() {
    List<Integer> noted = new ArrayList<>();
    for (int bin : new int[] {0, Density.BINS - 1, 0, 17}) {
      assertThat(found.bursts()).isEqualTo(noted.size());
      found.addBurst(bin);
      noted.add(bin);
      for (int i = 0; i < noted.size(); i++) {
        assertThat(found.burstBin(i)).isEqualTo(noted.get(i));
      }
    }
    assertThat(found.bursts()).isEqualTo(Candidates.MAX_BURST);

    found.forgetBursts();

    assertThat(found.bursts()).isZero();
  }

  @Test
  void with_oneEdge_sharesItsRun_andSeveralHaveTheirOwn() {
    Exit one = exit(2, ExitType.CLIENT);
    EdgeModel edge = new EdgeModel(one.type, type);
    EdgeModel other = new EdgeModel(one.type, type);

    Candidates alike = found(edge, edge, edge);
    Candidates fewer = found(edge, edge);
    Candidates mixed = alike.with(found(other), type);

    assertThat(alike.edges).isSameAs(fewer.edges).startsWith(edge, edge, edge).containsOnly(edge);
    assertThat(mixed.edges).containsExactly(edge, edge, edge, other);
    assertThat(alike.edges).containsOnly(edge);
  }

  @Test
  void with_searchThatGrows_keepsWeightsAndEvidenceApart() {
    List<Exit> exits = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      exits.add(exit(2 + i, ExitType.CLIENT));
    }

    Candidates kept = found(exits.toArray(Exit[]::new));
    for (int i = 0; i < kept.count; i++) {
      assertThat(kept.weight[i]).isZero();
      kept.weight[i] = 100 + i;
    }
    Candidates more = kept.with(found(exit(20, ExitType.CLIENT)), type);

    assertThat(more.count).isEqualTo(10);
    for (int i = 0; i < kept.count; i++) {
      assertThat(more.weight[i]).isEqualTo(100 + i);
      assertThat(more.evidence(i)).isEqualTo(kept.evidence(i)).isPositive();
    }
    assertThat(more.evidence(9)).isEqualTo(kept.evidence(0));
  }

  private Candidates found(EdgeModel... edges) {
    found.clear(0);
    for (EdgeModel edge : edges) {
      found.add(
          child, new Exit(child.fragment, edge.exit, 9, 0, 3_000, (char) 0, 0, null), edge, 0);
    }
    return Candidates.NONE.with(found, type);
  }

  private Candidates found(Exit... exits) {
    found.clear(0);
    for (Exit exit : exits) {
      found.add(child, exit, new EdgeModel(exit.type, type), 0);
    }
    return Candidates.NONE.with(found, type);
  }

  private Exit exit(long id, int kind) {
    ExitType calling = new ExitType((int) id, caller, "x", kind, null, null);
    return new Exit(new Fragment(2, id), calling, id, 0, 3_000, (char) 0, 0, "message");
  }
}
