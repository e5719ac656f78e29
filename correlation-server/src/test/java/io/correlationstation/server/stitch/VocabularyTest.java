// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What senders name must not fill the memory, and names with ids must not keep anything unlearnt.
 */
class VocabularyTest {

  private final Losses losses = new Losses();
  private final Vocabulary vocabulary = new Vocabulary(List.of(), 1, losses);
  private final Service service = vocabulary.service("arda");

  @Test
  void types_idsInNamesAndQueues_areOfOneKind() {
    ChildType child = vocabulary.childType(service, "GET /orders/4711", 2, "reply-12345", null);

    assertThat(vocabulary.childType(service, "GET /orders/4712", 2, "reply-67890", null))
        .isSameAs(child);
    assertThat(child.name).isEqualTo("GET /orders/#");
    assertThat(vocabulary.exitType(service, "send 10001", 4, null, null))
        .isSameAs(vocabulary.exitType(service, "send 10002", 4, null, null));
  }

  @Test
  void types_manyClients_areToldApartOnlyAsLongAsThereAreFew() {
    Set<ChildType> types = new HashSet<>();
    for (int client = 0; client < 10_000; client++) {
      types.add(vocabulary.childType(service, "GET /order", 2, null, "192.0.2." + client));
    }

    assertThat(types).hasSize(Vocabulary.MAX_TYPES_OF_SERVICE + 1);
  }

  @Test
  void types_namesWithoutEnd_areOneInTheEnd() {
    Set<ExitType> types = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String word = Integer.toString(i, 26).replaceAll("[0-9]", "z") + "x".repeat(i % 7);
      types.add(vocabulary.exitType(service, word, 3, null, null));
    }

    assertThat(types).hasSizeLessThanOrEqualTo(2 * Vocabulary.MAX_TYPES_OF_SERVICE + 1);
    assertThat(vocabulary.exitType(service, "one more", 3, null, null).name).isEqualTo("*");
  }

  @Test
  void service_withoutEnd_isOneInTheEnd_andCounted() {
    for (int i = 0; i < Vocabulary.MAX_SERVICES + 100; i++) {
      vocabulary.service("pod-" + i);
    }

    assertThat(vocabulary.services()).hasSize(Vocabulary.MAX_SERVICES + 1);
    assertThat(losses.counts()).containsEntry("service_capacity", 101L);
    assertThat(vocabulary.service("arda")).isSameAs(service);
  }

  @Test
  void full_asManyEdgesAsMemoryAllows_isTrueAndCounted() {
    ChildType child = vocabulary.childType(service, "work", 2, null, null);
    for (int i = 0; i < 2_000; i++) {
      assertThat(vocabulary.full()).isFalse();
      Service caller = vocabulary.service("caller-" + i % 1_000);
      vocabulary.edge(vocabulary.exitType(caller, i < 1_000 ? "a" : "b", 3, null, null), child);
    }

    assertThat(vocabulary.full()).isTrue();
    assertThat(losses.counts()).containsEntry("edge_capacity", 1L);
  }
}
