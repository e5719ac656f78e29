// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Checks rule files before anything relies on them: fields, codes, patterns, and that every example
 * resolves to its own rule through the whole ordered list while no counter-example does.
 *
 * <p>The shipped rules come first and the given files after them, as at run time. A rule of a given
 * file may take over an example of a shipped rule by a higher priority: that is its purpose, so it
 * is a remark and no error. Everything else is held strictly.
 */
public final class RuleTester {

  /** Name of the shipped file in findings. */
  public static final String SHIPPED = "shipped rules";

  private final List<RuleFile> files = new ArrayList<>();
  private final List<RuleFinding> findings = new ArrayList<>();
  private final Map<String, String> fileOfCode = new HashMap<>();

  private RuleTester() {}

  /**
   * What a check found.
   *
   * @param rules null when a finding is an error
   */
  public record Report(@Nullable RuleSet rules, List<RuleFinding> findings) {

    public boolean isFine() {
      return rules != null;
    }
  }

  /**
   * Checks the shipped rules with these files added.
   *
   * @throws IOException when a file cannot be read
   */
  public static Report test(List<Path> ruleFiles) throws IOException {
    RuleTester tester = new RuleTester();
    tester.files.add(RuleFile.parse(SHIPPED, shippedYaml()));
    for (Path file : ruleFiles) {
      tester.files.add(
          RuleFile.parse(file.toString(), Files.readString(file, StandardCharsets.UTF_8)));
    }
    return tester.check();
  }

  private static String shippedYaml() {
    try (InputStream file =
        Objects.requireNonNull(
            RuleTester.class.getResourceAsStream("error-rules.yml"), "error-rules.yml")) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Report check() {
    List<ErrorRule> usable = new ArrayList<>();
    for (RuleFile file : files) {
      findings.addAll(file.findings());
      for (ErrorRule rule : file.rules()) {
        if (isUsable(file.name(), rule)) {
          usable.add(rule);
        }
      }
    }
    RuleSet rules = RuleSet.of(usable);
    for (ErrorRule rule : usable) {
      checkExamples(rules, rule);
    }
    for (String code : rules.withoutLiterals()) {
      note(code, "the pattern needs no literal, so it runs on every text");
    }
    boolean fine = findings.stream().noneMatch(RuleFinding::isError);
    return new Report(fine ? rules : null, List.copyOf(findings));
  }

  private boolean isUsable(String file, ErrorRule rule) {
    String other = fileOfCode.putIfAbsent(rule.code(), file);
    if (other != null) {
      findings.add(new RuleFinding(file, rule.code(), true, "the code is also in " + other));
      return false;
    }
    try {
      Pattern.compile(rule.pattern());
      return true;
    } catch (PatternSyntaxException e) {
      findings.add(
          new RuleFinding(
              file, rule.code(), true, "the pattern does not compile: " + e.getDescription()));
      return false;
    }
  }

  private void checkExamples(RuleSet rules, ErrorRule rule) {
    String product = rule.products().contains("*") ? "" : rule.products().get(0);
    for (String example : rule.examples()) {
      Verdict verdict = rules.classify(example, product);
      if (!verdict.code().equals(rule.code())) {
        boolean takenOver = isShipped(rule.code()) && isGiven(verdict.code());
        finding(
            rule.code(), !takenOver, "the example resolves to " + verdict.code() + ": " + example);
      }
      reportOverlaps(rules, rule, example);
    }
    for (String nonExample : rule.nonExamples()) {
      if (rules.classify(nonExample, product).code().equals(rule.code())) {
        finding(rule.code(), true, "the counter-example resolves to this rule: " + nonExample);
      }
    }
  }

  /** Names the rules that would also match, were this one not tried first. */
  private void reportOverlaps(RuleSet rules, ErrorRule rule, String example) {
    for (ErrorRule other : rules.rules()) {
      if (!other.code().equals(rule.code())
          && !other.name().equals(rule.name())
          && rules.matches(other, example)) {
        note(rule.code(), "overlaps with " + other.code() + " on: " + example);
      }
    }
  }

  private boolean isShipped(String code) {
    return SHIPPED.equals(fileOfCode.get(code));
  }

  private boolean isGiven(String code) {
    return fileOfCode.containsKey(code) && !isShipped(code);
  }

  private void note(String code, String message) {
    finding(code, false, message);
  }

  private void finding(String code, boolean isError, String message) {
    String file = Objects.requireNonNull(fileOfCode.get(code), code);
    findings.add(new RuleFinding(file, code, isError, message));
  }
}
