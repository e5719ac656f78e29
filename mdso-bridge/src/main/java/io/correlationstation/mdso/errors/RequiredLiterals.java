// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a pattern which literals a text must hold for it to match at all.
 *
 * <p>Idea: every match of {@code (unable|failed) to connect to (device|host)} holds " to connect to
 * "; a text without it need not be tried. For each part of a pattern this keeps {@code exact}, the
 * few strings that the part can match when they are all known, and {@code required}, a set of which
 * one must occur. Concatenation multiplies exact sets while they are small, alternation unites
 * both; of several required sets the one with the longest shortest member is kept. Letters are
 * folded to lower case, so the result is a superset for patterns that care about case.
 *
 * <p>Whatever this does not know (classes, properties, non-ASCII letters) matches anything; a
 * pattern it cannot read at all has no literals and is always tried. Wrong in that direction costs
 * time, never a match.
 *
 * <p>Source: Cox, "Regular Expression Matching with a Trigram Index" (2012), and RE2's prefilter;
 * this one keeps whole literals, as a scan for all of them at once makes trigrams unnecessary.
 */
final class RequiredLiterals {

  private static final int MAX_EXACT = 16;
  private static final int MAX_LITERALS = 512;

  private final String pattern;
  private int at;

  private RequiredLiterals(String pattern) {
    this.pattern = pattern;
  }

  /** Lower-case literals, one of which is in the folded text of every match; null for unknown. */
  static @Nullable Set<String> of(String pattern) {
    RequiredLiterals parser = new RequiredLiterals(pattern);
    try {
      Part whole = parser.alternation();
      return parser.at == pattern.length() ? whole.best() : null;
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      return null;
    }
  }

  /** See the class: null means not known. */
  private record Part(@Nullable Set<String> exact, @Nullable Set<String> required) {

    static final Part ANYTHING = new Part(null, null);
    static final Part NOTHING = new Part(Set.of(""), null);

    static Part literal(char c) {
      return c < 128
          ? new Part(Set.of(String.valueOf(c).toLowerCase(Locale.ROOT)), null)
          : ANYTHING;
    }

    @Nullable Set<String> best() {
      return better(required, exact);
    }
  }

  private Part alternation() {
    Set<String> exact = new LinkedHashSet<>();
    Set<String> required = new LinkedHashSet<>();
    boolean exactKnown = true;
    boolean requiredKnown = true;
    while (true) {
      Part branch = concatenation();
      Set<String> branchBest = branch.best();
      exactKnown &= branch.exact != null;
      requiredKnown &= branchBest != null;
      if (branch.exact != null) {
        exact.addAll(branch.exact);
      }
      if (branchBest != null) {
        required.addAll(branchBest);
      }
      if (at == pattern.length() || pattern.charAt(at) != '|') {
        break;
      }
      at++;
    }
    return new Part(
        exactKnown && exact.size() <= MAX_EXACT ? exact : null,
        requiredKnown && required.size() <= MAX_LITERALS ? required : null);
  }

  private Part concatenation() {
    Set<String> run = Set.of("");
    Set<String> required = null;
    boolean whole = true;
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      Part item = quantified();
      Set<String> product = item.exact == null ? null : product(run, item.exact);
      if (product != null) {
        run = product;
        continue;
      }
      whole = false;
      required = better(better(required, run), item.required);
      run = item.exact == null ? Set.of("") : item.exact;
    }
    return new Part(whole ? run : null, better(required, run));
  }

  private static @Nullable Set<String> product(Set<String> left, Set<String> right) {
    if (left.size() * right.size() > MAX_EXACT) {
      return null;
    }
    Set<String> product = new LinkedHashSet<>();
    for (String a : left) {
      for (String b : right) {
        product.add(a + b);
      }
    }
    return product;
  }

  private static @Nullable Set<String> better(@Nullable Set<String> a, @Nullable Set<String> b) {
    int left = shortest(a);
    int right = shortest(b);
    if (left == 0 && right == 0) {
      return null;
    }
    return left >= right ? a : b;
  }

  private static int shortest(@Nullable Set<String> literals) {
    if (literals == null) {
      return 0;
    }
    int shortest = Integer.MAX_VALUE;
    for (String literal : literals) {
      shortest = Math.min(shortest, literal.length());
    }
    return shortest;
  }

  private Part quantified() {
    Part atom = atom();
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      if (c == '?') {
        atom = optional(atom);
      } else if (c == '*') {
        atom = Part.ANYTHING;
      } else if (c == '+') {
        atom = new Part(null, atom.best());
      } else if (c == '{' && isRepetition()) {
        atom = repeated(atom);
        continue;
      } else {
        return atom;
      }
      at++;
    }
    return atom;
  }

  private static Part optional(Part atom) {
    if (atom.exact == null || atom.exact.size() >= MAX_EXACT) {
      return Part.ANYTHING;
    }
    Set<String> exact = new LinkedHashSet<>(atom.exact);
    exact.add("");
    return new Part(exact, null);
  }

  private boolean isRepetition() {
    int i = at + 1;
    while (i < pattern.length() && "0123456789,".indexOf(pattern.charAt(i)) >= 0) {
      i++;
    }
    return i > at + 1 && i < pattern.length() && pattern.charAt(i) == '}';
  }

  private Part repeated(Part atom) {
    int end = pattern.indexOf('}', at);
    String least = pattern.substring(at + 1, end).split(",", -1)[0];
    at = end + 1;
    return least.isEmpty() || Integer.parseInt(least) == 0
        ? Part.ANYTHING
        : new Part(null, atom.best());
  }

  private Part atom() {
    char c = pattern.charAt(at++);
    return switch (c) {
      case '(' -> group();
      case '[' -> characterClass();
      case '.' -> Part.ANYTHING;
      case '^', '$' -> Part.NOTHING;
      case '\\' -> escape();
      default -> Part.literal(c);
    };
  }

  private Part group() {
    if (pattern.charAt(at) == '?') {
      at++;
      if (pattern.charAt(at) == 'P') {
        at++;
      }
      if (pattern.charAt(at) == '<') {
        at = pattern.indexOf('>', at) + 1;
      } else {
        while (pattern.charAt(at) != ':' && pattern.charAt(at) != ')') {
          at++;
        }
        if (pattern.charAt(at++) == ')') {
          return Part.NOTHING;
        }
      }
    }
    Part inner = alternation();
    if (pattern.charAt(at) != ')') {
      throw new IndexOutOfBoundsException(at);
    }
    at++;
    return inner;
  }

  private Part characterClass() {
    Set<String> members = new LinkedHashSet<>();
    boolean known = pattern.charAt(at) != '^';
    if (!known) {
      at++;
    }
    boolean first = true;
    while (first || pattern.charAt(at) != ']') {
      first = false;
      char c = pattern.charAt(at++);
      if (c == '\\') {
        known &= "-.[]()/\\^$|+*?{}".indexOf(pattern.charAt(at)) >= 0;
        c = pattern.charAt(at++);
      } else if (c == '[' && pattern.charAt(at) == ':') {
        known = false;
        at = pattern.indexOf(":]", at) + 2;
      } else if (c == '-' && !members.isEmpty() && pattern.charAt(at) != ']') {
        known = false;
      }
      known &= c < 128;
      members.add(String.valueOf(c).toLowerCase(Locale.ROOT));
    }
    at++;
    return known && members.size() <= 4 ? new Part(members, null) : Part.ANYTHING;
  }

  private Part escape() {
    char c = pattern.charAt(at++);
    if (c == 'b' || c == 'B' || c == 'A' || c == 'z') {
      return Part.NOTHING;
    }
    if (c == 'Q') {
      return quotation();
    }
    if (c == 'p' || c == 'P' || c == 'x') {
      at = pattern.charAt(at) == '{' ? pattern.indexOf('}', at) + 1 : at + (c == 'x' ? 2 : 1);
      return Part.ANYTHING;
    }
    if (Character.isLetterOrDigit(c)) {
      return Part.ANYTHING;
    }
    return Part.literal(c);
  }

  private Part quotation() {
    int end = pattern.indexOf("\\E", at);
    String text = pattern.substring(at, end < 0 ? pattern.length() : end);
    at = end < 0 ? pattern.length() : end + 2;
    boolean ascii = text.chars().allMatch(c -> c < 128);
    return ascii ? new Part(Set.of(text.toLowerCase(Locale.ROOT)), null) : Part.ANYTHING;
  }
}
