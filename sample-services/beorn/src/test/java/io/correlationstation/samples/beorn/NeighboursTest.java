// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NeighboursTest {

  @ParameterizedTest
  @CsvSource({
    "http://arda:1, http://arda:1/a?circuit_id=80%2FL1XX%2F000001%2F%2FTEST",
    "http://arda:1/, http://arda:1/a?circuit_id=80%2FL1XX%2F000001%2F%2FTEST",
    "http://proxy/arda, http://proxy/arda/a?circuit_id=80%2FL1XX%2F000001%2F%2FTEST"
  })
  void query_anyBase_keepsItsPathAndEncodesTheCircuit(URI base, URI expected) {
    assertThat(Neighbours.query(base, "/a", "80/L1XX/000001//TEST")).isEqualTo(expected);
  }
}
