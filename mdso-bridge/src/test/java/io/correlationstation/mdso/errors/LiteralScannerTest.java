// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiteralScannerTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "(?i)\\bno\\b.{0,20}\\broute ~ there is no ROUTE ~ true",
        "(?i)\\bno\\b.{0,20}\\broute ~ node 7 routes ~ false",
        "(?i)\\bno\\b.{0,20}\\broute ~ no way ~ false",
        "fail(ed|ure) to (bind|open) ~ failed to open ~ true",
        "fail(ed|ure) to (bind|open) ~ failed to close ~ false",
        "alpha.*beta|gamma ~ gamma ~ true",
        "alpha.*beta|gamma ~ alpha ~ false",
        "denied \\(publickey ~ denied (publickey) ~ true",
        "a\\bb ~ ab ~ false"
      })
  void isCandidate_text_asItsClausesSay(String pattern, String text, boolean expected) {
    LiteralScanner scanner = scanner(List.of(pattern));

    assertThat(scanner.isCandidate(0, scanner.scan(text))).isEqualTo(expected);
  }

  @Test
  void isCandidate_patternWithoutLiterals_isAlwaysTried() {
    LiteralScanner scanner = scanner(List.of("[0-9]+"));

    assertThat(scanner.isCandidate(0, scanner.scan("nothing"))).isTrue();
  }

  /** Patterns and texts over a tiny alphabet, so that matches, near misses and edges abound. */
  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15, 16, 17, 18})
  void isCandidate_anyPatternThatMatches_isTrue(long seed) {
    Random random = new Random(seed);
    List<String> patterns = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      patterns.add((random.nextBoolean() ? "(?i)" : "") + pattern(random, 3));
    }
    LiteralScanner scanner = scanner(patterns);
    List<Pattern> compiled = patterns.stream().map(Pattern::compile).toList();
    int matches = 0;
    int spared = 0;
    for (int i = 0; i < 300; i++) {
      String text = text(random);
      long[] found = scanner.scan(text);
      for (int rule = 0; rule < patterns.size(); rule++) {
        boolean candidate = scanner.isCandidate(rule, found);
        if (compiled.get(rule).matcher(text).find()) {
          matches++;
          assertThat(candidate).as("%s in '%s'", patterns.get(rule), text).isTrue();
        } else if (!candidate) {
          spared++;
        }
      }
    }

    assertThat(matches).isPositive();
    assertThat(spared).isPositive();
  }

  private static LiteralScanner scanner(List<String> patterns) {
    return new LiteralScanner(
        new ArrayList<>(patterns.stream().map(RequiredLiterals::of).toList()));
  }

  private static String pattern(Random random, int depth) {
    if (depth == 0) {
      return List.of("ab", "b", "k", "s-", " a", "_", "(", "ba s")
          .get(random.nextInt(8))
          .replace("(", "\\(");
    }
    String a = pattern(random, depth - 1);
    return switch (random.nextInt(11)) {
      case 0 -> "(" + a + "|" + pattern(random, depth - 1) + ")";
      case 1 -> a + "|" + pattern(random, depth - 1);
      case 2 -> a + ".{0,3}" + pattern(random, depth - 1);
      case 3 -> "\\b" + a;
      case 4 -> a + "\\b";
      case 5 -> "(" + a + ")?" + pattern(random, depth - 1);
      case 6 -> "(" + a + ")+";
      case 7 -> "[ab]" + a;
      case 8 -> "(?:" + a + "){2,3}" + pattern(random, depth - 1);
      case 9 -> "\\B" + a + "$";
      default -> a + pattern(random, depth - 1);
    };
  }

  private static String text(Random random) {
    List<String> parts = new ArrayList<>();
    for (int i = random.nextInt(14); i >= 0; i--) {
      parts.add(
          List.of("a", "b", "ab", "B", "k", "\u212a", "s", "\u017f", "-", " ", "_", "(", "é")
              .get(random.nextInt(13)));
    }
    Collections.shuffle(parts, random);
    return String.join("", parts);
  }
}
