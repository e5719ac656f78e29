// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpanNamesTest {

  @ParameterizedTest
  @CsvSource({
    "GET /orders/4711, GET /orders/#",
    "GET /orders/11111111-0000-4000-8000-000000000001/items, GET /orders/#/items",
    "reply.7f3a91bc2d, reply.#",
    "4711, #",
    "/a/4711/b/4712/, /a/#/b/#/",
    "GET /v2/orders, GET /v2/orders",
    "step-10, step-10",
    "POST /order, POST /order",
    "*, *"
  })
  void withoutIds_replacesWhatLooksLikeAnId(String name, String expected) {
    assertThat(SpanNames.withoutIds(name)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"GET /o/1, GET /o/#", "GET /v2/o/12, GET /#/o/#", "GET /o, GET /o"})
  void withoutNumbers_replacesEachWordWithADigit(String name, String expected) {
    assertThat(SpanNames.withoutNumbers(name)).isEqualTo(expected);
  }
}
