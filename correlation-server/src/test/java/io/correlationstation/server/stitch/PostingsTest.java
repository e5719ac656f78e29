// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostingsTest {

  private static final long SECOND = 1_000_000_000;
  private static final long AT = 1_000 * SECOND;

  private final Keys keys = new Keys(KeySpec.defaults());
  private final Postings postings = new Postings(StitchConfig.defaults(), keys, new Losses());
  private final ExitType calling =
      new ExitType(0, new Service("order"), "POST", ExitType.CLIENT, null, null);
  private final ChildType billing =
      new ChildType(0, new Service("billing"), "bill", ExitType.SERVER, null, null);
  private final KeyValue circuit = value("circuit_id", "80.L1XX.000001..TEST");
  private final KeyValue product = value("product_id", "PRD-1");
  private long next = 1;

  @ParameterizedTest
  @CsvSource({"-1, true", "-59, true", "-61, false", "3, true", "5, false"})
  void addKey_callFromBefore_outdatesTheRootsItMayHaveBroughtForth(int seconds, boolean outdated) {
    Child root = searched(circuit);
    Fragment caller = caller(AT + seconds * SECOND);

    postings.addKey(caller, circuit, null);

    assertThat(root.outdated).isEqualTo(outdated);
    assertThat(root.stillSearched(0)).isNotEqualTo(outdated);
  }

  @Test
  void addKey_thatTheCallerHasAlready_outdatesNobodyAgain() {
    Child root = searched(circuit);
    Fragment caller = caller(AT);
    postings.addKey(caller, circuit, null);
    root.searched(Candidates.NONE.with(new Candidates(1), billing), 0);

    postings.addKey(caller, circuit, null);

    assertThat(root.outdated).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"false, false, true", "true, false, false", "true, true, true"})
  void addKey_callThatIsForbidden_outdatesOnlyWhomAPersonRuledOn(
      boolean forbidden, boolean ruledOn, boolean outdated) {
    Child root = searched(circuit);
    root.ruledOn = ruledOn;
    EdgeModel edge = new EdgeModel(calling, billing);
    edge.forbidden = forbidden;
    billing.addEdge(edge);

    postings.addKey(caller(AT), circuit, null);

    assertThat(root.outdated).isEqualTo(outdated);
  }

  @Test
  void addKey_callThatWasAnswered_orQuarantinedKey_outdatesNobody() {
    Child root = searched(circuit);
    Fragment answered = caller(AT);
    requireNonNull(answered.exits).closed = true;
    postings.addKey(answered, circuit, null);
    assertThat(root.outdated).isFalse();

    circuit.quarantined = true;
    postings.addKey(caller(AT), circuit, null);

    assertThat(root.outdated).isFalse();
  }

  @Test
  void addKey_toTheRootsOwnTraceAndTakenOut_outdatesIt() {
    Child root = searched(circuit);

    postings.addKey(root.fragment, product, null);

    assertThat(root.outdated).isTrue();
    root.searched(Candidates.NONE.with(new Candidates(1), billing), 0);
    assertThat(root.outdated).isFalse();
    postings.unpost(root.fragment, circuit);
    assertThat(root.outdated).isTrue();
  }

  @Test
  void addKey_rootThatIsYetToBeSearchedFor_staysAsItIs() {
    Child root = root();
    postings.addKey(root.fragment, circuit, null);
    root.outdated = false;

    postings.addKey(caller(AT), circuit, null);

    assertThat(root.outdated).isFalse();
  }

  private Child searched(KeyValue key) {
    Child root = root();
    postings.addKey(root.fragment, key, null);
    root.searched(Candidates.NONE.with(new Candidates(1), billing), 0);
    return root;
  }

  private Child root() {
    Fragment fragment = new Fragment(2, next);
    Child root = new Child(fragment, billing, next++, AT, AT + SECOND, (char) 0);
    fragment.children = root;
    return root;
  }

  private Fragment caller(long startNanos) {
    Fragment fragment = new Fragment(1, next);
    fragment.exits =
        new Exit(fragment, calling, next++, startNanos, startNanos + SECOND, (char) 0, 0, null);
    return fragment;
  }

  private KeyValue value(String key, String text) {
    return requireNonNull(keys.intern(keys.index(key), text));
  }
}
