// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.mdso.MdsoConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleTesterTest {

  private static final String GOOD =
      """
      version: 1
      rules:
        - code: DE-2001
          name: fibre-cut
          pattern: '(?i)\\bfibre cut\\b'
          examples: ["fibre cut between EXPLTXAA01W and EXPLTXAA02W"]
          nonExamples: ["fibre spliced"]
      """;

  @TempDir Path folder;

  @Test
  void test_shippedRules_areFineAndCoverTheFamilies() throws IOException {
    RuleTester.Report report = RuleTester.test(List.of());

    assertThat(report.findings()).noneMatch(RuleFinding::isError);
    assertThat(report.rules().rules()).hasSizeGreaterThanOrEqualTo(25);
    assertThat(report.rules().rules())
        .allSatisfy(
            rule -> {
              assertThat(rule.examples()).isNotEmpty();
              assertThat(rule.nonExamples()).isNotEmpty();
              assertThat(rule.code()).isNotEqualTo("DE-1041");
            });
    Set<String> families = new TreeSet<>();
    report.rules().rules().forEach(rule -> families.add(rule.name()));
    assertThat(families)
        .containsExactly(
            "auth-failed",
            "bad-ip-address",
            "child-failed",
            "commit-failed",
            "constraint-violation",
            "device-timeout",
            "device-unreachable",
            "duplicate-entry",
            "invalid-config",
            "missing-design-data",
            "missing-topology-data",
            "network-unreachable",
            "permission-denied",
            "resource-not-found",
            "script-exception",
            "syntax-error",
            "upstream-5xx");
  }

  @Test
  void test_shippedRules_onlyChildFailedNamesNoCause() throws IOException {
    assertThat(RuleTester.test(List.of()).rules().rules())
        .allMatch(rule -> rule.consequence() == rule.name().equals("child-failed"));
  }

  @Test
  void test_consequence_isInTheVerdict() throws IOException {
    Path file = write(GOOD.replace("name: fibre-cut", "name: fibre-cut\n    consequence: true"));

    RuleSet rules = RuleTester.test(List.of(file)).rules();

    assertThat(rules.classify("a fibre cut").consequence()).isTrue();
    assertThat(rules.classify("authentication failed").consequence()).isFalse();
    assertThat(rules.classify("the moon is too bright").consequence()).isFalse();
  }

  @Test
  void test_shippedPatterns_allNeedALiteral() throws IOException {
    assertThat(RuleTester.test(List.of()).rules().withoutLiterals()).isEmpty();
  }

  @Test
  void test_goodFile_joinsTheList() throws IOException {
    RuleTester.Report report = RuleTester.test(List.of(write(GOOD)));

    assertThat(report.isFine()).isTrue();
    assertThat(report.rules().classify("a fibre cut").code()).isEqualTo("DE-2001");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "code: DE-2001 | code: DE-21 | code must be DE- and four digits",
        "code: DE-2001 | code: DE-1001 | the code is also in shipped rules",
        "name: fibre-cut | nmae: fibre-cut | unknown field nmae",
        "version: 1 | version: 2 | version must be 1",
        "(?i) | (?i)( | does not compile",
        "(?i) | (?=x) | does not compile",
        "fibre spliced | a fibre cut | the counter-example resolves to this rule",
        "fibre cut between | a cut between | the example resolves to UNCLASSIFIED",
        "fibre cut between | unable to connect to device EXPLTXAA01W | the example resolves to"
            + " DE-1001",
        "rules: | rulez: | rules must be a list",
        "name: fibre-cut | consequence: maybe | consequence must be true or false",
        "examples: [ | examples: [] # [ | needs at least one example"
      })
  void test_wrongFile_namesFileAndRule(String find, String replacement, String expected)
      throws IOException {
    Path file = write(GOOD.replace(find, replacement));

    RuleTester.Report report = RuleTester.test(List.of(file));

    assertThat(report.isFine()).isFalse();
    assertThat(report.findings())
        .filteredOn(RuleFinding::isError)
        .anySatisfy(
            finding -> assertThat(finding.toString()).contains(file.toString()).contains(expected));
  }

  @Test
  void test_higherPriorityTakesOverAShippedExample_isARemark() throws IOException {
    Path file =
        write(
            GOOD.replace("(?i)\\bfibre cut\\b", "to device EXPL|fibre cut")
                .replace("name: fibre-cut", "name: fibre-cut\n    priority: 9999"));

    RuleTester.Report report = RuleTester.test(List.of(file));

    assertThat(report.isFine()).isTrue();
    assertThat(report.rules().classify("unable to connect to device EXPLTXAA01W").code())
        .isEqualTo("DE-2001");
  }

  @Test
  void test_noYaml_isAFinding() throws IOException {
    assertThat(RuleTester.test(List.of(write("rules: [")))).matches(report -> !report.isFine());
  }

  @Test
  void refresh_wrongThenRightFile_keepsTheLastGood() throws IOException {
    Path file = write(GOOD);
    List<Boolean> reloads = new ArrayList<>();
    RuleBook book = RuleBook.open(file, reloads::add);

    write(GOOD.replace("(?i)", "("));
    book.refresh();
    book.refresh();
    assertThat(book.rules().classify("a fibre cut").code()).isEqualTo("DE-2001");
    assertThat(book.refusal()).contains("DE-2001", "does not compile");

    write(GOOD.replace("DE-2001", "DE-2002"));
    book.refresh();
    assertThat(book.rules().classify("a fibre cut").code()).isEqualTo("DE-2002");
    assertThat(book.refusal()).isNull();
    assertThat(reloads).containsExactly(false, true);
  }

  @Test
  void refresh_fileGoneAndBack_saysSoOnceAndTakesItUpAgain() throws IOException {
    Path file = write(GOOD);
    List<Boolean> reloads = new ArrayList<>();
    RuleBook book = RuleBook.open(file, reloads::add);

    Files.delete(file);
    book.refresh();
    book.refresh();
    assertThat(book.rules().classify("a fibre cut").code()).isEqualTo("DE-2001");
    assertThat(book.refusal()).contains("cannot be read");

    write(GOOD);
    book.refresh();
    assertThat(book.refusal()).isNull();
    assertThat(reloads).containsExactly(false, true);
  }

  @Test
  void open_wrongFile_namesVariableFileAndCode() throws IOException {
    Path file = write(GOOD.replace("(?i)", "("));

    assertThatThrownBy(() -> RuleBook.open(file))
        .isInstanceOf(MdsoConfigException.class)
        .hasMessageContaining("MDSO_RULES")
        .hasMessageContaining(file.toString())
        .hasMessageContaining("DE-2001");
  }

  private Path write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("rules.yml"), yaml);
  }
}
