// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryKeysTest {

  private final QueryKeys keys =
      new QueryKeys(Settings.read(SettingsSource.empty()).queryParameters());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "circuit_id=C | circuit_id=C",
        "circuitId=C | circuit_id=C",
        "CIRCUIT-ID=C | circuit_id=C",
        "X-Circuit-Id=C | circuit_id=C",
        "a=b&circuit_id=C&&=&x | circuit_id=C",
        "circuit_id=C%2D1+x | circuit_id=C-1 x",
        "circuit_id=%zz | ''",
        "circuit_id | ''",
        "circuit_id= | circuit_id=",
        "circuit_id=a=b | circuit_id=a=b",
        "mycircuit_id=C | ''",
        "circuit_id=1&product_id=2&circuit_id=3 | circuit_id=1 product_id=2 circuit_id=3",
      })
  void find_query_givesNamedParameters(String query, String expected) {
    List<String> found = new ArrayList<>();

    keys.find(query, (key, value) -> found.add(key + "=" + value));

    assertThat(String.join(" ", found)).isEqualTo(expected);
  }
}
