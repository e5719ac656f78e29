// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathRuleTest {

  @ParameterizedTest
  @CsvSource({
    "/circuits/{c}, /circuits/C-1, c=C-1",
    "/circuits/{c}, /circuits/C-1/more, ''",
    "/circuits/{c}, /circuits, ''",
    "/circuits/{c}/**, /circuits/C-1, c=C-1",
    "/circuits/{c}/**, /circuits/C-1/a/b, c=C-1",
    "/**/circuits/{c}, /api/v1/circuits/C-1, c=C-1",
    "/**/circuits/{c}, /circuits/circuits/circuits/C-1, c=C-1",
    "/*/circuits/{c}, /api/circuits/C-1, c=C-1",
    "/*/circuits/{c}, /api/v1/circuits/C-1, ''",
    "/{c}/x/{p}, /C/x/P, c=C p=P",
    "/{c}/x/{p}, /C/y/P, ''",
  })
  void match_path_findsSegmentsOfAWholeFit(String template, String path, String expected) {
    List<String> found = new ArrayList<>();

    PathRule.parse(template).match(path, (key, value) -> found.add(key + "=" + value));

    assertThat(String.join(" ", found)).isEqualTo(expected);
  }

  @Test
  void parse_templateWithoutKeyOrSlash_isNull() {
    assertThat(PathRule.parse("/a/*")).isNull();
    assertThat(PathRule.parse("a/{c}")).isNull();
  }
}
