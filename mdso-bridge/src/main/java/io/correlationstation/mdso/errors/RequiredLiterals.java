// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads from a pattern which literals a text must hold for it to match at all.
 *
 * <p>Idea: every match of {@code (unable|failed) to connect to (device|host)} holds one of two
 * words, then " to connect to ", then one of two others; a text that lacks any of the three need
 * not be tried. The alternatives of a whole pattern are kept apart: each is a list of clauses, each
 * clause a set of literals of which one must occur. For each part of a pattern this keeps {@code
 * exact}, the strings that the part can match when they are few and all known, and the {@code
 * clauses} that hold for it. Concatenation multiplies exact sets while they are small and collects
 * clauses; alternation within a pattern unites both. Letters are folded to lower case, so the
 * result is a superset for patterns that care about case.
 *
 * <p>A {@code \b} is part of a literal, as {@link LiteralScanner#BOUNDARY}: the clause {@code
 * \bno\b} does not hold for "node".
 *
 * <p>Whatever this does not know (classes, properties, non-ASCII letters) matches anything; a
 * pattern it cannot read at all has no literals and is always tried. Wrong in that direction costs
 * time, never a match.
 *
 * <p>Source: Cox, "Regular Expression Matching with a Trigram Index" (2012), and RE2's prefilter;
 * this one keeps whole literals, as a scan for all of them at once makes trigrams unnecessary.
 */
final class RequiredLiterals {

  private static final int MAX_EXACT = 64;
  private static final int MAX_LITERALS = 512;

  private final String pattern;
  private int at;

  private RequiredLiterals(String pattern) {
    this.pattern = pattern;
  }

  /**
   * What a text must hold for one alternative of a pattern.
   *
   * @param clauses sets of lower-case literals; of each set one is in the folded text of every
   *     match
   */
  record Alternative(List<Set<String>> clauses) {}

  /** The alternatives of a pattern, one of which must hold; null when one of them is unknown. */
  static @Nullable List<Alternative> of(String pattern) {
    RequiredLiterals parser = new RequiredLiterals(pattern);
    List<Alternative> alternatives = new ArrayList<>();
    try {
      for (Part branch : parser.branches()) {
        alternatives.add(new Alternative(branch.all()));
      }
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      return null;
    }
    boolean known = alternatives.stream().noneMatch(each -> each.clauses.isEmpty());
    return known && parser.at == pattern.length() ? alternatives : null;
  }

  /** See the class: an exact set of null means not known. */
  private record Part(@Nullable Set<String> exact, List<Set<String>> clauses) {

    static final Part ANYTHING = new Part(null, List.of());
    static final Part NOTHING = exactly("");
    static final Part BOUNDARY = exactly(String.valueOf(LiteralScanner.BOUNDARY));

    static Part exactly(String text) {
      return new Part(Set.of(text), List.of());
    }

    static Part literal(char c) {
      return c < 128 ? exactly(String.valueOf(c).toLowerCase(Locale.ROOT)) : ANYTHING;
    }

    /** All clauses, that of the exact set included. */
    List<Set<String>> all() {
      List<Set<String>> all = new ArrayList<>(clauses);
      addClause(all, exact);
      return all;
    }
  }

  private static void addClause(List<Set<String>> clauses, @Nullable Set<String> literals) {
    if (literals != null && literals.size() <= MAX_LITERALS && shortest(literals) > 0) {
      clauses.add(literals);
    }
  }

  private static int shortest(Set<String> literals) {
    int shortest = Integer.MAX_VALUE;
    for (String literal : literals) {
      int length = 0;
      for (int i = 0; i < literal.length(); i++) {
        length += literal.charAt(i) == LiteralScanner.BOUNDARY ? 0 : 1;
      }
      shortest = Math.min(shortest, length);
    }
    return shortest;
  }

  private List<Part> branches() {
    List<Part> branches = new ArrayList<>();
    branches.add(concatenation());
    while (at < pattern.length() && pattern.charAt(at) == '|') {
      at++;
      branches.add(concatenation());
    }
    return branches;
  }

  private Part alternation() {
    List<Part> branches = branches();
    if (branches.size() == 1) {
      return branches.get(0);
    }
    Set<String> exact = unitedExact(branches);
    return new Part(exact, exact == null ? unitedClauses(branches) : List.of());
  }

  private static @Nullable Set<String> unitedExact(List<Part> branches) {
    Set<String> exact = new LinkedHashSet<>();
    for (Part branch : branches) {
      if (branch.exact == null) {
        return null;
      }
      exact.addAll(branch.exact);
    }
    return exact.size() <= MAX_EXACT ? exact : null;
  }

  /**
   * Clauses of all branches together: the first of each, the second of each, and so on while every
   * branch has one. With the most telling ones first, as any pairing is right.
   */
  private static List<Set<String>> unitedClauses(List<Part> branches) {
    List<Set<String>> united = new ArrayList<>();
    int common = Integer.MAX_VALUE;
    List<List<Set<String>>> each = new ArrayList<>();
    for (Part branch : branches) {
      List<Set<String>> clauses = branch.all();
      clauses.sort(Comparator.comparingInt(RequiredLiterals::shortest).reversed());
      each.add(clauses);
      common = Math.min(common, clauses.size());
    }
    for (int i = 0; i < common; i++) {
      Set<String> union = new LinkedHashSet<>();
      for (List<Set<String>> clauses : each) {
        union.addAll(clauses.get(i));
      }
      addClause(united, union);
    }
    return united;
  }

  private Part concatenation() {
    Set<String> run = Set.of("");
    List<Set<String>> clauses = new ArrayList<>();
    boolean whole = true;
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      Part item = quantified();
      Set<String> product = item.exact == null ? null : product(run, item.exact);
      if (product != null) {
        run = product;
        continue;
      }
      whole = false;
      addClause(clauses, run);
      clauses.addAll(item.clauses);
      run = item.exact == null ? Set.of("") : item.exact;
    }
    if (whole) {
      return new Part(run, clauses);
    }
    addClause(clauses, run);
    return new Part(null, clauses);
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

  private Part quantified() {
    Part atom = atom();
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      if (c == '?') {
        atom = optional(atom);
      } else if (c == '*') {
        atom = Part.ANYTHING;
      } else if (c == '+') {
        atom = new Part(null, atom.all());
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
    return new Part(exact, List.of());
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
        : new Part(null, atom.all());
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
    return known && members.size() <= 4 ? new Part(members, List.of()) : Part.ANYTHING;
  }

  private Part escape() {
    char c = pattern.charAt(at++);
    if (c == 'b') {
      return Part.BOUNDARY;
    }
    if (c == 'B' || c == 'A' || c == 'z') {
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
    return ascii ? Part.exactly(text.toLowerCase(Locale.ROOT)) : Part.ANYTHING;
  }
}
