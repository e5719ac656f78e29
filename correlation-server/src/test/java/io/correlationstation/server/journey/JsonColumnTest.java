// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonColumnTest {

  private static final String ODD = "a\"b\\c\n\t\u0000\u2028é😀,]}";

  @Test
  void ofList_anyText_readsBack() {
    assertThat(JsonColumn.list(JsonColumn.ofList(List.of("arda", ODD, ""))))
        .containsExactly("arda", ODD, "");
  }

  @Test
  void ofTexts_anyText_readsBack() {
    Map<String, String> texts = Map.of(ODD, ",", "circuit_id", ODD);

    assertThat(JsonColumn.texts(JsonColumn.ofTexts(texts))).isEqualTo(texts);
  }

  @Test
  void ofTimes_severalValues_readsBack() {
    Map<String, Map<String, Long>> times =
        Map.of("circuit_id", Map.of(ODD, Long.MAX_VALUE, "b", -1L), "request_id", Map.of("a", 7L));

    assertThat(JsonColumn.times(JsonColumn.ofTimes(KeyTimes.of(times)))).isEqualTo(times);
  }

  @Test
  void of_nothing_isEmptyAndWhatConditionsCompareWith() {
    assertThat(JsonColumn.ofList(List.of())).isEqualTo("[]");
    assertThat(JsonColumn.ofTexts(Map.of())).isEqualTo("{}");
    assertThat(JsonColumn.ofTimes(new KeyTimes())).isEqualTo("{}");
  }
}
