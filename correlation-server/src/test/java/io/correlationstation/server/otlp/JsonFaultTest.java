// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFaultTest {

  @ParameterizedTest
  @ValueSource(strings = {"{", "[1, 2", "{\"a\": [{\"b\":", "{\"a\" 1}", "\"half a string", "nope"})
  void of_anyText_saysWhatAndWhere_andNothingOfJacksonsSettings(String text) {
    JsonProcessingException fault =
        catchThrowableOfType(
            JsonProcessingException.class,
            () -> new JsonMapper().readTree(text.getBytes(StandardCharsets.UTF_8)));

    assertThat(JsonFault.of(fault))
        .doesNotContain("Source", "REDACTED", "\n")
        .matches(".+ \\(line 1, column \\d+\\)");
  }
}
