// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How well the shipped rules name errors that were written without looking at them.
 *
 * <p>Each file holds a family and a text a line, in the words of devices, libraries and people,
 * written from the meanings of the families alone. Texts are tried bare, with the prefix of the
 * error grammar, and inside a nested failure. Macro-F1 is the mean of F1 over the families;
 * unclassified counts as wrong, and a text that only says that something else failed names no
 * family.
 *
 * <p>{@code labelled-errors.tsv} was scored once before its misses were looked at (0.912), then the
 * rules were widened; {@code labelled-errors-held-out.tsv} was written after that, {@code
 * labelled-errors-fresh.tsv} by someone who had not opened the rule file. No rule that names a
 * cause was changed since the second was scored. The last figure is the one to believe.
 */
class LabelledErrorsTest {

  /** Far below what is measured: a guard against breaking the rules, not a target. */
  private static final double LEAST_MACRO_F1 = 0.85;

  private record Labelled(String family, String text) {}

  /**
   * What parents say when a child failed, between texts that only look like it; written before the
   * rules of that family. Taking one of the latter hides a cause, so it weighs more than a miss.
   */
  @Test
  void classify_parentsThatSayAChildFailed_areToldFromCauses() throws IOException {
    RuleSet rules = RuleBook.open(null).rules();
    List<String> missed = new ArrayList<>();
    List<String> taken = new ArrayList<>();
    List<Labelled> errors = labelled("labelled-consequences.tsv");
    for (Labelled each : errors) {
      boolean expected = each.family.equals("child-failed");
      boolean found = rules.classify(each.text).consequence();
      if (found != expected) {
        (expected ? missed : taken).add(each.text);
      }
    }

    System.out.printf(
        "child-failed: of %d texts %d missed, %d taken%n",
        errors.size(), missed.size(), taken.size());
    assertThat(missed).hasSizeLessThanOrEqualTo(5);
    assertThat(taken).hasSizeLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "labelled-errors.tsv, 200",
    "labelled-errors-held-out.tsv, 64",
    "labelled-errors-fresh.tsv, 140"
  })
  void classify_labelledErrors_reachesMacroF1(String file, int leastErrors) throws IOException {
    RuleSet rules = RuleBook.open(null).rules();
    Map<String, int[]> counts = new TreeMap<>();
    List<Labelled> errors = labelled(file);
    StringBuilder misses = new StringBuilder();
    for (Labelled each : errors) {
      String predicted = cause(rules.classify(each.text));
      if (predicted.equals(each.family)) {
        counts(counts, each.family)[0]++;
      } else {
        counts(counts, predicted)[1]++;
        counts(counts, each.family)[2]++;
        misses.append(each.family).append(" <- ").append(predicted).append(": ");
        misses.append(each.text).append('\n');
      }
    }
    counts.remove(Verdict.UNCLASSIFIED);
    double macroF1 =
        counts.values().stream().mapToDouble(LabelledErrorsTest::f1).average().orElse(0);

    System.out.printf("error rules: macro-F1 %.3f on %d of %s%n", macroF1, errors.size(), file);
    assertThat(errors).hasSizeGreaterThanOrEqualTo(leastErrors);
    assertThat(macroF1).as(misses.toString()).isGreaterThan(LEAST_MACRO_F1);
  }

  /** The family of the cause; a text that only says that something else failed names none. */
  private static String cause(Verdict verdict) {
    return verdict.rule() == null || verdict.consequence() ? Verdict.UNCLASSIFIED : verdict.rule();
  }

  private static double f1(int[] truePositiveFalsePositiveFalseNegative) {
    int[] c = truePositiveFalsePositiveFalseNegative;
    return c[0] == 0 ? 0 : 2.0 * c[0] / (2.0 * c[0] + c[1] + c[2]);
  }

  private static int[] counts(Map<String, int[]> counts, String family) {
    return counts.computeIfAbsent(family, name -> new int[3]);
  }

  private static List<Labelled> labelled(String name) throws IOException {
    List<Labelled> errors = new ArrayList<>();
    try (InputStream file = LabelledErrorsTest.class.getResourceAsStream(name)) {
      String content = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      for (String line : content.split("\n")) {
        String[] parts = line.split("\t", 2);
        errors.add(new Labelled(parts[0], wrap(parts[1], errors.size())));
      }
    }
    return errors;
  }

  private static String wrap(String text, int position) {
    return switch (position % 3) {
      case 0 -> text;
      case 1 -> "MDSO | Process Error - Activate: " + text;
      default ->
          "Error: Resource 55555555-5555-4555-8555-555555555555 failed:Failed task:(1) activate:"
              + " Failed remote script 'activate'(exit code: 1): Error in"
              + " scripts.example.portactivation.Activate, "
              + text
              + ".  Please check file: plan-script-55555555-5555-4555-8555-555555555555-activate-"
              + "2025-01-01T00:00:05.000Z{'state': 'connection refused'}";
    };
  }
}
