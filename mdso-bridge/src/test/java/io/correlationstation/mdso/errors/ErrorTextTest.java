// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "odd state of 55555555-5555-4555-8555-555555555555 | odd state of"
            + " 66666666-6666-4666-8666-666666666666",
        "odd at 2025-01-01T00:00:00.000Z | odd at 2025-02-03 04:05:06,789",
        "odd at 23:59:59 | odd at 00:00:01",
        "odd peer 192.0.2.1 | odd peer 203.0.113.254",
        "odd peer 2001:db8::1 | odd peer 2001:db8:0:1::2",
        "odd node EXPLTXAA01W | odd node EXPLNYBB12X",
        "odd port ge-0/0/1.100 on | odd port ge-1/2/3 on",
        "odd circuit 80.L1XX.000001..TEST now | odd circuit 81.KQGN.004321.001.TEST now",
        "odd name mdso.example.com | odd name palantir.lab.example.com",
        "odd vlan 100 | odd VLAN-ID 4000",
        "odd list [1, 2] | odd list ['a', {'b': 1}]",
        "odd dict {'a': 1} | odd dict {'b': [1]}",
        "odd count 12 | odd count 9999",
        "Odd   Spacing | odd spacing"
      })
  void fingerprint_volatileTokensDiffer_isTheSame(String a, String b) {
    assertThat(ErrorText.fingerprint(a))
        .isEqualTo(ErrorText.fingerprint(b))
        .matches("[0-9a-f]{64}");
  }

  @Test
  void fingerprint_wordsDiffer_differs() {
    assertThat(ErrorText.fingerprint("odd state")).isNotEqualTo(ErrorText.fingerprint("odd phase"));
  }

  @Test
  void ledger_unclassifiedErrors_areGroupedAndCounted() {
    Instant now = Instant.parse("2025-01-08T00:00:00Z");
    ErrorLedger ledger = new ErrorLedger(Clock.fixed(now, ZoneOffset.UTC));
    Verdict known = new Verdict("DE-1001", "device-unreachable", false);

    ledger.add(Verdict.NONE, "A", "odd count 1", now.minusSeconds(30));
    ledger.add(Verdict.NONE, "B", "odd count 2", now.minusSeconds(90));
    ledger.add(known, "A", "x", now.minus(Duration.ofDays(2)));

    assertThat(ledger.unclassified()).hasSize(1);
    UnclassifiedError group = ledger.unclassified().get(0);
    assertThat(group.count()).isEqualTo(2);
    assertThat(group.sample()).isEqualTo("odd count 1");
    assertThat(group.firstSeen()).isEqualTo(now.minusSeconds(90));
    assertThat(ledger.counts()).extracting(ErrorCount::count).isEqualTo(List.of(1L, 1L, 1L));
    assertThat(ledger.counts("A", Duration.ofHours(1))).hasSize(1);
    assertThat(ledger.counts("", Duration.ofDays(7))).hasSize(3);
  }
}
