// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
            Map.entry("resource_id", "R1"),
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
  void clean_punctuationFromText_isCutAndDotsStay() {
    assertThat(KeyVocabulary.clean(" 80.L1XX.000001..TEST, ")).isEqualTo("80.L1XX.000001..TEST");
    assertThat(KeyVocabulary.clean("80.L1XX.000001..TEST\")")).isEqualTo("80.L1XX.000001..TEST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "null", "NULL", "Unknown", "0", "-", "none", "n/a", ",;"})
  void clean_junk_identifiesNothing(String junk) {
    assertThat(KeyVocabulary.clean(junk)).isNull();
  }

  @Test
  void clean_longerThanAnyId_identifiesNothing() {
    assertThat(KeyVocabulary.clean("x".repeat(257))).isNull();
    assertThat(KeyVocabulary.clean("x".repeat(256))).hasSize(256);
  }
}
