// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleSetTest {

  private static final RuleSet SHIPPED = RuleBook.open(null).rules();

  @Test
  void classify_ruleOfHigherPriority_wins() {
    RuleSet rules = RuleSet.of(List.of(rule("DE-2001", 1, "fail"), rule("DE-2002", 2, "fail")));

    assertThat(rules.classify("it failed").code()).isEqualTo("DE-2002");
  }

  @Test
  void classify_equalPriority_keepsFileOrder() {
    RuleSet rules = RuleSet.of(List.of(rule("DE-2002", 1, "fail"), rule("DE-2001", 1, "fail")));

    assertThat(rules.classify("it failed").code()).isEqualTo("DE-2002");
  }

  @Test
  void classify_ruleForOneProduct_appliesToItAlone() {
    ErrorRule ports =
        new ErrorRule(
            "DE-2001",
            "x",
            List.of(),
            "",
            "ERROR",
            1,
            false,
            List.of("PortActivation"),
            "fail",
            List.of("fail"),
            List.of());
    RuleSet rules = RuleSet.of(List.of(ports));

    assertThat(rules.classify("fail", "portactivation", "x").code()).isEqualTo("DE-2001");
    assertThat(rules.classify("fail").code()).isEqualTo(Verdict.UNCLASSIFIED);
    assertThat(rules.classify("fail", "NetworkService").isClassified()).isFalse();
  }

  @Test
  void classify_nestedFailure_judgesTheInnermostCause() {
    String text =
        "Error: Resource 55555555-5555-4555-8555-555555555555 failed:Failed task:(1) activate:"
            + " Failed remote script 'activate'(exit code: 1): Error in"
            + " scripts.example.connectivity.Activate, authentication failed for EXPLTXAA01W. "
            + " Please check file: plan-script-5-activate-x{'error': 'unable to connect to"
            + " device'}";

    assertThat(ErrorText.unwrap(text)).isEqualTo("authentication failed for EXPLTXAA01W.");
    assertThat(SHIPPED.classify(text).rule()).isEqualTo("auth-failed");
  }

  @Test
  void classify_longAdversarialText_staysFast() {
    String text = "commit " + "no no no connect to ".repeat(20_000);
    long started = System.nanoTime();

    for (int i = 0; i < 20; i++) {
      SHIPPED.classify(text);
    }

    assertThat(System.nanoTime() - started).isLessThan(10_000_000_000L);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void classify_withPrefilter_agreesWithTryingEveryRule(long seed) {
    Random random = new Random(seed);
    List<String> words = new ArrayList<>();
    for (ErrorRule rule : SHIPPED.rules()) {
      rule.examples().forEach(example -> words.addAll(List.of(example.split(" "))));
    }
    for (int i = 0; i < 2000; i++) {
      StringBuilder text = new StringBuilder();
      for (int word = 0; word < 8; word++) {
        String next = words.get(random.nextInt(words.size()));
        text.append(random.nextInt(4) == 0 ? next.toUpperCase(java.util.Locale.ROOT) : next);
        text.append(' ');
      }
      assertThat(SHIPPED.classify(text.toString()).code())
          .as(text.toString())
          .isEqualTo(tryEveryRule(text.toString()));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "(?i)(unable|failed) to connect to (device|host) ~ to connect to",
        "a(bc)?d ~ a",
        "[Tt]imeout ~ timeout",
        "x{2,3}yes ~ yes",
        "\\bEOF\\b$ ~ eof",
        "\\Qa.b\\E ~ a.b",
        "(?P<name>hello) world ~ hello world"
      })
  void requiredLiterals_pattern_isInEveryMatch(String pattern, String expected) {
    assertThat(RequiredLiterals.of(pattern))
        .singleElement()
        .satisfies(
            only ->
                assertThat(only.clauses())
                    .anySatisfy(
                        literals ->
                            assertThat(literals)
                                .anySatisfy(each -> assertThat(each).contains(expected))));
  }

  @ParameterizedTest
  @ValueSource(strings = {".*", "a?", "[0-9]+", "foo|.", "(x*)"})
  void requiredLiterals_patternWithoutAny_isNull(String pattern) {
    assertThat(RequiredLiterals.of(pattern)).isNull();
  }

  @Test
  void classify_foldedLetters_areFoundAsRe2FoldsThem() {
    RuleSet rules = RuleSet.of(List.of(rule("DE-2001", 1, "(?i)disk")));

    assertThat(Pattern.compile("(?i)disk").matcher("di\u017f\u212a").find()).isTrue();
    assertThat(rules.classify("di\u017f\u212a").code()).isEqualTo("DE-2001");
  }

  private static String tryEveryRule(String text) {
    for (ErrorRule rule : SHIPPED.rules()) {
      if (SHIPPED.matches(rule, text)) {
        return rule.code();
      }
    }
    return Verdict.UNCLASSIFIED;
  }

  private static ErrorRule rule(String code, int priority, String pattern) {
    return new ErrorRule(
        code,
        "x",
        List.of(),
        "",
        "ERROR",
        priority,
        false,
        List.of("*"),
        pattern,
        List.of("x"),
        List.of());
  }
}
