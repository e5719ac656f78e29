// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LokiNamesTest {

  @ParameterizedTest
  @CsvSource({
    "service.name, service_name",
    "a-b/c d, a_b_c_d",
    "1st, _1st",
    "käse, k_se",
    "__name__, _name__",
    "'', _"
  })
  void k09_label_isSanitised(String name, String label) {
    assertThat(LokiNames.label(name)).isEqualTo(label);
  }

  @Test
  void metadata_keepsLeadingUnderscores() {
    assertThat(LokiNames.metadata("__x")).isEqualTo("__x");
  }

  @Test
  void selector_isSortedAndQuoted() {
    Map<String, String> labels = Map.of("b", "say \"hi\"\n", "a", "back\\slash\u0001");

    assertThat(LokiNames.selector(labels))
        .isEqualTo("{a=\"back\\\\slash\\u0001\", b=\"say \\\"hi\\\"\\n\"}");
  }

  @Test
  void cut_insideACharacter_stepsBack() {
    byte[] text = "aä€😀".getBytes(StandardCharsets.UTF_8);

    assertThat(LokiNames.cut(text, 0, 2)).isEqualTo(1);
    assertThat(LokiNames.cut(text, 0, 3)).isEqualTo(3);
    assertThat(LokiNames.cut(text, 3, 2)).isEqualTo(5);
    assertThat(LokiNames.cut(text, 3, 3)).isEqualTo(6);
    assertThat(LokiNames.cut(text, 6, 100)).isEqualTo(text.length);
  }

  @Test
  void labelValue_atTheLimit_isLeftAlone() {
    String value = "x".repeat(LokiNames.MAX_LABEL_VALUE_BYTES);

    assertThat(LokiNames.labelValue(value)).isSameAs(value);
    assertThat(LokiNames.labelValue(value + "y")).hasSizeLessThan(value.length());
  }

  @Test
  void labelValue_differentLongValues_stayDifferent() {
    String common = "x".repeat(5000);

    assertThat(LokiNames.labelValue(common + "a")).isNotEqualTo(LokiNames.labelValue(common + "b"));
  }
}
