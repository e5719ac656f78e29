// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DigitsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0.000",
    "1, 1.000",
    "-1.5, -1.500",
    "0.0123456, 0.01235",
    "0.0001, 0.0001000",
    "12.3456, 12.35",
    "999.96, 1000.0",
    "-999.96, -1000.0",
    "9.99996, 10.000",
    "-0.00012345, -0.0001235",
    "0.000999996, 0.0010000",
    "123456.7, 123457",
    "2.5E-7, 2.5E-7",
    "1.0E9, 1.0E9",
    "NaN, NaN"
  })
  void four_keepsFourDigits(double value, String text) {
    assertThat(Digits.four(value)).isEqualTo(text);
  }

  @Test
  void four_anySize_staysWithinHalfADigit() {
    for (double value = 1.1e-4; value < 9e5; value *= 1.0173) {
      assertThat(Double.parseDouble(Digits.four(value))).isCloseTo(value, within(value * 6e-4));
    }
  }
}
