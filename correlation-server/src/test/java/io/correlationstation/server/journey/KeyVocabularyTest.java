// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class KeyVocabularyTest {

  private final KeyVocabulary vocabulary =
      new KeyVocabulary(List.of("circuit_id", "resource_id"), List.of("tid"));

  @Test
  void find_plainAndOrchestratorNames_countAlike() {
    Map<String, String> attributes =
        Map.of(
            "circuit_id", "C1", "mdso.resource_id", "R1", "mdso.tid", "EXPLTXAA01W", "other", "x");

    assertThat(find(attributes))
        .containsExactly(
            Map.entry("circuit_id", "C1"),
            Map.entry("resource_id", "r1"),
            Map.entry("tid", "EXPLTXAA01W"));
  }

  @Test
  void find_bothNames_takesThePlainOne() {
    assertThat(find(Map.of("circuit_id", "C1", "mdso.circuit_id", "C2")))
        .containsEntry("circuit_id", "C1");
  }

  private Map<String, String> find(Map<String, String> attributes) {
    List<String> names = vocabulary.attributeNames();
    long found = 0;
    for (int i = 0; i < names.size(); i++) {
      found |= attributes.containsKey(names.get(i)) ? 1L << i : 0;
    }
    return vocabulary.find(found, i -> attributes.get(names.get(i)));
  }

  @Test
  void find_anySpelling_isTheOneThatTheStitcherCompares() {
    assertThat(
            find(
                Map.of(
                    "circuit_id", "\"80.l1xx.000001..test\",",
                    "mdso.resource_id", "AB-1",
                    "tid", "EXPLTXAA01W")))
        .containsExactly(
            Map.entry("circuit_id", "80.L1XX.000001..TEST"),
            Map.entry("resource_id", "ab-1"),
            Map.entry("tid", "EXPLTXAA01W"));
  }

  @Test
  void find_junkUnderThePlainName_takesTheOther() {
    assertThat(find(Map.of("circuit_id", "null", "mdso.circuit_id", "C2")))
        .containsExactly(Map.entry("circuit_id", "C2"));
  }

  @Test
  void spellings_ofAnId_areItselfAndBothCases() {
    assertThat(KeyVocabulary.spellings(" Ab-1,")).containsExactly("Ab-1", "AB-1", "ab-1");
    assertThat(KeyVocabulary.spellings("null")).isEmpty();
  }
}
