// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.correlationstation.mdso.errors.RequiredLiterals.Alternative;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules in the order in which they are tried: the first whose pattern is found in the unwrapped
 * text names the error. Immutable and thread-safe.
 *
 * <p>One scan for the literals that patterns need picks the candidates; only those run. Patterns
 * are RE2: time is linear in the text whatever a rule file says.
 */
public final class RuleSet {

  private final List<ErrorRule> rules;
  private final List<Pattern> patterns;
  private final LiteralScanner scanner;
  private final List<String> withoutLiterals;

  private RuleSet(List<ErrorRule> ordered) {
    this.rules = ordered;
    this.patterns = new ArrayList<>(ordered.size());
    this.withoutLiterals = new ArrayList<>();
    List<@Nullable List<Alternative>> literals = new ArrayList<>(ordered.size());
    for (ErrorRule rule : ordered) {
      patterns.add(Pattern.compile(rule.pattern()));
      List<Alternative> required = RequiredLiterals.of(rule.pattern());
      literals.add(required);
      if (required == null) {
        withoutLiterals.add(rule.code());
      }
    }
    this.scanner = new LiteralScanner(literals);
  }

  /**
   * Orders rules by priority, higher first, ties as given.
   *
   * @throws PatternSyntaxException when a pattern does not compile
   */
  public static RuleSet of(List<ErrorRule> rules) {
    List<ErrorRule> ordered = new ArrayList<>(rules);
    ordered.sort(Comparator.comparingInt(ErrorRule::priority).reversed());
    return new RuleSet(List.copyOf(ordered));
  }

  /** All rules, in the order in which they are tried. */
  public List<ErrorRule> rules() {
    return rules;
  }

  /**
   * Names an error.
   *
   * @param products names of the product and its type; without any only rules for all products
   *     apply
   */
  public Verdict classify(String text, String... products) {
    String cause = ErrorText.unwrap(text);
    ErrorRule rule = firstMatch(cause, products);
    return rule == null ? Verdict.NONE : new Verdict(rule.code(), rule.name(), rule.consequence());
  }

  /** Codes of rules that must run on every text, as their patterns need no literal. */
  List<String> withoutLiterals() {
    return withoutLiterals;
  }

  /** Whether the rule's own pattern is in the text, whatever the others say. */
  boolean matches(ErrorRule rule, String text) {
    return patterns.get(rules.indexOf(rule)).matcher(ErrorText.unwrap(text)).find();
  }

  private @Nullable ErrorRule firstMatch(String cause, String... products) {
    long[] found = scanner.scan(cause);
    for (int index = 0; index < rules.size(); index++) {
      ErrorRule rule = rules.get(index);
      if (scanner.isCandidate(index, found)
          && rule.appliesTo(products)
          && patterns.get(index).matcher(cause).find()) {
        return rule;
      }
    }
    return null;
  }
}
