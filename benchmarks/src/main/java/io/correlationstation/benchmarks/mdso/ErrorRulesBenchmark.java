// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.mdso;

import com.google.re2j.Pattern;
import io.correlationstation.mdso.errors.ErrorRule;
import io.correlationstation.mdso.errors.ErrorText;
import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.errors.RuleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * How many lines a second one core can hold against 100 error rules. Expected order: {@code
 * prefiltered} ≫ {@code eachInTurn}, the same rules with the same engine tried one after the other
 * until one matches; the gap is widest on lines that are no errors.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class ErrorRulesBenchmark {

  private static final int LINES = 512;
  private static final int RULES = 100;

  private static final List<String> NOUNS =
      List.of("policer", "optic", "licence", "queue", "timer", "snapshot", "bundle", "filter");
  private static final List<String> VERBS =
      List.of("overrun", "mismatch", "exhausted", "degraded", "stale", "drained", "flapping");

  /** Rules and the lines that they are held against. */
  @State(Scope.Benchmark)
  public static class Work {

    /** How many of a hundred lines are errors that a rule names. */
    @Param({"0", "50", "100"})
    public int errorPercent;

    private RuleSet rules = RuleSet.of(List.of());
    private List<Pattern> patterns = List.of();
    private List<String> lines = List.of();

    @Setup
    public void fill() {
      List<ErrorRule> shipped = RuleBook.open(null).rules().rules();
      List<ErrorRule> hundred = new ArrayList<>(shipped);
      for (int i = shipped.size(); i < RULES; i++) {
        hundred.add(siteRule(i));
      }
      rules = RuleSet.of(hundred);
      patterns = rules.rules().stream().map(rule -> Pattern.compile(rule.pattern())).toList();
      lines = lines(shipped, errorPercent);
    }
  }

  /** A rule such as a site writes it: a thing, some words, what befell it. */
  private static ErrorRule siteRule(int number) {
    String noun = NOUNS.get(number % NOUNS.size());
    String verb = VERBS.get(number % VERBS.size());
    return new ErrorRule(
        "DE-9%03d".formatted(number),
        "site",
        List.of(),
        "",
        "ERROR",
        50,
        false,
        List.of("*"),
        "(?i)\\b%ss?\\b.{0,40}\\b(%s|%s number) %d\\b".formatted(noun, verb, verb, number),
        List.of("x"),
        List.of());
  }

  private static List<String> lines(List<ErrorRule> shipped, int errorPercent) {
    List<String> errors = shipped.stream().flatMap(rule -> rule.examples().stream()).toList();
    Random random = new Random(1);
    List<String> lines = new ArrayList<>(LINES);
    for (int i = 0; i < LINES; i++) {
      lines.add(
          i % 100 < errorPercent || errorPercent == 100
              ? errors.get(random.nextInt(errors.size()))
              : "2025-01-01 00:00:%02d,%03d - plan.activate - INFO - GET /resources?limit=%d: the device answered, next step of the circuit is %d"
                  .formatted(i % 60, i, i, random.nextInt(1000)));
    }
    return lines;
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public void prefiltered(Work work, CpuTime cpu, Blackhole hole) {
    for (String line : work.lines) {
      hole.consume(work.rules.classify(line));
    }
  }

  @Benchmark
  @OperationsPerInvocation(LINES)
  public void eachInTurn(Work work, CpuTime cpu, Blackhole hole) {
    for (String line : work.lines) {
      String text = ErrorText.unwrap(line);
      int found = -1;
      for (int rule = 0; rule < work.patterns.size() && found < 0; rule++) {
        found = work.patterns.get(rule).matcher(text).find() ? rule : -1;
      }
      hole.consume(found);
    }
  }
}
