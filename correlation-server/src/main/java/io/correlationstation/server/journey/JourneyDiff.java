// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How a journey differs from good ones of the same kind.
 *
 * <p>Steps are compared by service and span name; spans of equal service and name are one step that
 * takes the sum of their durations and starts with the first of them. A step is <i>missing</i> when
 * more than half of the good journeys have it, <i>extra</i> when none has it, <i>slower</i> when it
 * takes more than twice as long as in the slowest good one and at least {@value #MIN_SLOWER_MILLIS}
 * ms longer, <i>failed</i> when it failed here and in none of the good ones.
 *
 * @param baseline ids of the good journeys, newest first; empty when there is none to compare with
 * @param differences in order of time: where the step is, or would have been expected
 */
public record JourneyDiff(String journeyId, List<String> baseline, List<Difference> differences) {

  static final long MIN_SLOWER_MILLIS = 50;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int SLOWER_FACTOR = 2;

  /** In which way a step differs. */
  public enum Kind {
    MISSING,
    EXTRA,
    SLOWER,
    FAILED
  }

  /**
   * One step that differs.
   *
   * @param offsetNanos after the start of the journey; for a missing step the median of the others
   * @param durationNanos here, or null when it is missing
   * @param expectedNanos median duration in the good journeys, or null when none has it
   * @param spanId of the first span of the step here, or null when it is missing
   */
  public record Difference(
      Kind kind,
      String service,
      String name,
      long offsetNanos,
      @Nullable Long durationNanos,
      @Nullable Long expectedNanos,
      @Nullable String traceId,
      @Nullable String spanId,
      @Nullable String defectCode) {}

  /** A journey as far as the comparison needs it. */
  record Run(String id, List<TraceDetail.Span> spans) {}

  static JourneyDiff between(Run run, List<Run> good) {
    Map<String, Step> own = steps(run);
    List<Map<String, Step>> others = good.stream().map(JourneyDiff::steps).toList();
    List<Difference> differences = new ArrayList<>();
    if (!good.isEmpty()) {
      own.forEach((key, step) -> compare(step, having(others, key)).ifPresent(differences::add));
      missing(own, others).forEach(differences::add);
    }
    differences.sort(
        Comparator.comparingLong(Difference::offsetNanos)
            .thenComparing(Difference::kind)
            .thenComparing(Difference::name));
    return new JourneyDiff(run.id(), good.stream().map(Run::id).toList(), differences);
  }

  private static Optional<Difference> compare(Step step, List<Step> expected) {
    if (step.failed && expected.stream().noneMatch(other -> other.failed)) {
      return Optional.of(step.difference(Kind.FAILED, expected));
    }
    if (expected.isEmpty()) {
      return Optional.of(step.difference(Kind.EXTRA, expected));
    }
    long slowest = expected.stream().mapToLong(other -> other.durationNanos).max().orElse(0);
    boolean slower =
        step.durationNanos > slowest * SLOWER_FACTOR
            && step.durationNanos - slowest >= MIN_SLOWER_MILLIS * NANOS_PER_MILLI;
    return slower ? Optional.of(step.difference(Kind.SLOWER, expected)) : Optional.empty();
  }

  private static List<Difference> missing(Map<String, Step> own, List<Map<String, Step>> others) {
    Map<String, List<Step>> absent = new TreeMap<>();
    for (Map<String, Step> other : others) {
      other.forEach(
          (key, step) -> {
            if (!own.containsKey(key)) {
              absent.computeIfAbsent(key, ignored -> new ArrayList<>()).add(step);
            }
          });
    }
    return absent.values().stream()
        .filter(found -> found.size() * 2 > others.size())
        .map(
            found ->
                new Difference(
                    Kind.MISSING,
                    found.get(0).service,
                    found.get(0).name,
                    median(found.stream().map(step -> step.offsetNanos).toList()),
                    null,
                    median(found.stream().map(step -> step.durationNanos).toList()),
                    null,
                    null,
                    null))
        .toList();
  }

  private static List<Step> having(List<Map<String, Step>> runs, String key) {
    return runs.stream().flatMap(run -> Optional.ofNullable(run.get(key)).stream()).toList();
  }

  private static Map<String, Step> steps(Run run) {
    long start = run.spans().stream().mapToLong(TraceDetail.Span::startNanos).min().orElse(0);
    Map<String, Step> steps = new LinkedHashMap<>();
    run.spans().stream()
        .filter(span -> !span.synthetic())
        .sorted(Comparator.comparingLong(TraceDetail.Span::startNanos))
        .forEach(
            span ->
                steps
                    .computeIfAbsent(
                        span.service() + "\u0000" + span.name(),
                        ignored -> new Step(span, span.startNanos() - start))
                    .add(span));
    return steps;
  }

  private static long median(Collection<Long> values) {
    List<Long> sorted = values.stream().sorted().toList();
    return sorted.get((sorted.size() - 1) / 2);
  }

  /** Spans of one service and name. */
  private static final class Step {

    private static final int STATUS_ERROR = 2;

    private final String service;
    private final String name;
    private final String traceId;
    private final String spanId;
    private final long offsetNanos;
    private long durationNanos;
    private boolean failed;
    private @Nullable String defectCode;

    Step(TraceDetail.Span first, long offsetNanos) {
      service = first.service();
      name = first.name();
      traceId = first.traceId();
      spanId = first.spanId();
      this.offsetNanos = offsetNanos;
    }

    void add(TraceDetail.Span span) {
      durationNanos += span.endNanos() - span.startNanos();
      failed |= span.status() == STATUS_ERROR;
      if (defectCode == null && span.attributes().get("mdso.defect_code") instanceof String code) {
        defectCode = code;
      }
    }

    Difference difference(Kind kind, List<Step> expected) {
      return new Difference(
          kind,
          service,
          name,
          offsetNanos,
          durationNanos,
          expected.isEmpty()
              ? null
              : median(expected.stream().map(step -> step.durationNanos).toList()),
          traceId,
          spanId,
          defectCode);
    }
  }
}
