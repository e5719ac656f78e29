// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import io.correlationstation.mdso.errors.RuleSet;
import io.correlationstation.mdso.errors.Verdict;
import io.correlationstation.mdso.market.CircuitId;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.telemetry.SecretMask;
import io.correlationstation.mdso.tracelog.EntryTimes.EntryTime;
import io.correlationstation.mdso.tracelog.MappedTrace.Failure;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the trace logs of one trace into spans and log records: a pure function, so that the same
 * entries give the same bytes.
 *
 * <p>All trace logs of a trace are put one after the other by creation, exact duplicates dropped,
 * and stably sorted by absolute time: their writers append without a lock, so entries get lost,
 * doubled and out of order.
 */
public final class TraceLogMapper {

  private static final int MAX_MESSAGE = 500;

  private final String traceId;
  private final List<TraceLog> logs;
  private final Origin origin;
  private final RuleSet rules;

  private TraceLogMapper(String traceId, List<TraceLog> logs, Origin origin, RuleSet rules) {
    this.traceId = traceId;
    this.logs = new ArrayList<>(logs);
    this.origin = origin;
    this.rules = rules;
    this.logs.sort(
        Comparator.comparing(
                (TraceLog log) -> log.createdAt() == null ? Instant.MIN : log.createdAt())
            .thenComparing(TraceLog::id));
  }

  /**
   * Where a trace began.
   *
   * @param resource the origination resource as the orchestrator has it now
   * @param productType its name; empty when its type is none that is collected
   * @param prefersTraceLogCircuit whether the circuit named by the trace log counts more than the
   *     resource's
   */
  public record Origin(MdsoResource resource, String productType, boolean prefersTraceLogCircuit) {

    @Nullable String circuitId(List<TraceLog> logs) {
      String named = null;
      for (TraceLog log : logs) {
        named = named == null ? CircuitId.accept(log.circuitName()) : named;
      }
      boolean useNamed = prefersTraceLogCircuit || resource.circuitId() == null;
      return named != null && useNamed ? named : resource.circuitId();
    }
  }

  /**
   * Maps the logs of one trace.
   *
   * @param traceId as {@link TraceIds#traceId} gives it for all of them
   * @return null when no entry has a time: there is nothing to place
   */
  public static @Nullable MappedTrace map(
      String traceId, List<TraceLog> logs, Origin origin, RuleSet rules) {
    return new TraceLogMapper(traceId, logs, origin, rules).map();
  }

  private @Nullable MappedTrace map() {
    List<Step> steps = steps();
    if (steps.isEmpty()) {
      return null;
    }
    List<@Nullable Failure> failures = new ArrayList<>(steps.size());
    for (Step step : steps) {
      failures.add(step.entry().isFailed() ? failure(step) : null);
    }
    return new TraceSpans(traceId, logs, origin, steps, failures).build();
  }

  private List<Step> steps() {
    List<Step> steps = new ArrayList<>();
    Set<EntryAtTime> seen = new HashSet<>();
    for (int index = 0; index < logs.size(); index++) {
      TraceLog log = logs.get(index);
      List<EntryTime> times = EntryTimes.of(log, origin.resource.createdAt());
      if (times == null) {
        continue;
      }
      for (int i = 0; i < times.size(); i++) {
        TraceEntry entry = log.entries().get(i);
        EntryTime time = times.get(i);
        if (seen.add(new EntryAtTime(entry, time.nanos()))) {
          steps.add(new Step(entry, time.nanos(), time.clamped(), index));
        }
      }
    }
    steps.sort(Comparator.comparingLong(Step::nanos));
    return steps;
  }

  private record EntryAtTime(TraceEntry entry, long nanos) {}

  private Failure failure(Step step) {
    TraceEntry entry = step.entry();
    String product = ProcessName.of(entry.process(), entry.resourceType()).product();
    String text = entry.errorText();
    Verdict verdict = rules.classify(text, product, origin.productType);
    String masked = oneLine(text);
    return new Failure(verdict, product, masked, Instant.ofEpochSecond(0, step.nanos()));
  }

  /** A text without secrets, on one line, at most 500 UTF-16 units. */
  static String oneLine(String text) {
    String line = SecretMask.mask(text).replaceAll("\\s+", " ").strip();
    return io.correlationstation.mdso.telemetry.Otlp.cut(line, MAX_MESSAGE);
  }
}
