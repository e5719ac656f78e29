// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.KeySpec.LetterCase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        " 80.L1XX.000001..TEST, ",
        "\"80.L1XX.000001..TEST\")",
        "'80.L1XX.000001..TEST';",
        "[80.L1XX.000001..TEST]",
        "<80.L1XX.000001..TEST>",
        "{80.L1XX.000001..TEST}\n"
      })
  void clean_C12_whatClingsInText_isCutAndInnerDotsStay(String text) {
    assertThat(KeyText.clean(text, LetterCase.KEPT)).isEqualTo("80.L1XX.000001..TEST");
  }

  @ParameterizedTest
  @CsvSource({"KEPT, aB-1", "LOWER, ab-1", "UPPER, AB-1"})
  void clean_C12_lettersGoByTheKey(LetterCase letterCase, String expected) {
    assertThat(KeyText.clean("aB-1", letterCase)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "  ",
        "null",
        "NULL",
        "Unknown",
        "<none>",
        "(null)",
        "n/a",
        "[]",
        "[object Object]",
        "unset",
        ",;",
        "-",
        "...",
        "*",
        "#",
        "0",
        "0000",
        "0x0",
        "00000000-0000-0000-0000-000000000000",
        "${circuitId}",
        "{{circuit_id}}",
        "%{CIRCUIT}",
        "80.L1XX.${n}..TEST"
      })
  void clean_C13_whatNamesNothing_isJunk(String junk) {
    assertThat(KeyText.clean(junk, LetterCase.UPPER)).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "x1", "00a0", "80.L1XX.000000..TEST", "none-1", "Å"})
  void clean_whatNamesSomething_isKept(String value) {
    assertThat(KeyText.clean(value, LetterCase.KEPT)).isEqualTo(value);
  }

  @Test
  void clean_longerThanAnyId_isJunk() {
    assertThat(KeyText.clean("x1".repeat(129), LetterCase.KEPT)).isNull();
    assertThat(KeyText.clean("x1".repeat(128), LetterCase.KEPT)).hasSize(256);
  }
}
