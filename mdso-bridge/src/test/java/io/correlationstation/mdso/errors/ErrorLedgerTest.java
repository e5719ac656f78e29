// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.mdso.MovableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ErrorLedgerTest {

  private static final Instant NOW = Instant.parse("2025-01-08T12:00:30Z");
  private static final Verdict KNOWN = new Verdict("DE-1001", "device-unreachable", false);

  private final MovableClock clock = new MovableClock(NOW);
  private final ErrorLedger ledger = new ErrorLedger(clock);

  @Test
  void counts_windows_holdWhatReachesIntoThem() {
    ledger.add(KNOWN, "PortActivation", "x", NOW);
    ledger.add(KNOWN, "PortActivation", "x", NOW.minus(Duration.ofMinutes(30)));
    ledger.add(KNOWN, "PortActivation", "x", NOW.minus(Duration.ofHours(20)));
    ledger.add(KNOWN, "PortActivation", "x", NOW.minus(Duration.ofDays(6)));
    ledger.add(KNOWN, "PortActivation", "x", NOW.minus(Duration.ofDays(60)));

    assertThat(count(Duration.ofMinutes(1))).isEqualTo(1);
    assertThat(count(Duration.ofHours(1))).isEqualTo(2);
    assertThat(count(Duration.ofDays(1))).isEqualTo(3);
    assertThat(count(Duration.ofDays(7))).isEqualTo(4);
    assertThat(ledger.counts().get(0).count()).isEqualTo(5);
  }

  @Test
  void counts_asTimePasses_leaveTheWindows() {
    ledger.add(KNOWN, "PortActivation", "x", NOW);

    clock.set(NOW.plus(Duration.ofHours(2)));
    assertThat(ledger.counts("", Duration.ofHours(1))).isEmpty();
    assertThat(count(Duration.ofDays(1))).isEqualTo(1);

    clock.set(NOW.plus(Duration.ofDays(8)));
    assertThat(ledger.counts("", Duration.ofDays(7))).isEmpty();
    assertThat(ledger.counts()).hasSize(1);
  }

  @Test
  void restore_saved_isTheSame() {
    ledger.add(KNOWN, "PortActivation", "x", NOW);
    ledger.add(Verdict.NONE, "NetworkService", "strange thing 17", NOW.minusSeconds(7200));
    ErrorLedger other = new ErrorLedger(clock);

    other.restore(ledger.saved());

    assertThat(other.counts()).isEqualTo(ledger.counts());
    assertThat(other.unclassified()).isEqualTo(ledger.unclassified());
    assertThat(other.counts("", Duration.ofHours(1)))
        .isEqualTo(ledger.counts("", Duration.ofHours(1)));
    other.add(KNOWN, "PortActivation", "x", NOW);
    assertThat(other.counts().get(0).count()).isEqualTo(2);
  }

  @Test
  void add_endlessProducts_staysBoundedAndLosesNoCount() {
    for (int i = 0; i < 5000; i++) {
      ledger.add(KNOWN, "Product" + i, "x", NOW);
    }

    assertThat(ledger.counts()).hasSize(1001);
    assertThat(ledger.counts().get(0).product()).isEqualTo("other");
    assertThat(ledger.counts().stream().mapToLong(ErrorCount::count).sum()).isEqualTo(5000);
  }

  @Test
  void add_endlessStrangeTexts_keepsTheLastSeenGroups() {
    for (int i = 0; i < 1500; i++) {
      ledger.add(Verdict.NONE, "X", "strange " + "abcdefghij".charAt(i % 10) + words(i), NOW);
    }

    assertThat(ledger.unclassified()).hasSize(1000);
    assertThat(ledger.unclassified())
        .extracting(UnclassifiedError::sample)
        .contains("strange " + "abcdefghij".charAt(1499 % 10) + words(1499))
        .doesNotContain("strange a" + words(0));
  }

  private long count(Duration window) {
    return ledger.counts("PortActivation", window).get(0).count();
  }

  /** A number in letters: digits are volatile and would make one group of all. */
  private static String words(int number) {
    return Integer.toString(number)
        .chars()
        .mapToObj(c -> "" + (char) (c - '0' + 'k'))
        .toList()
        .toString()
        .replaceAll("[\\[\\], ]", "");
  }
}
