// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.WorkflowStep.State;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells how workflows and their steps stand, from the records {@code workflow.state} that the
 * library writes: STARTED, RUNNING as a sign of life, COMPLETED or FAILED.
 *
 * <p>A record that is not an end says in {@code workflow.heartbeat_ms} within what time the next
 * one comes. One that has no end and is more than {@value #PATIENCE} times as late is lost: its
 * process was killed, or can't be heard. A step whose records say nothing of a next one runs until
 * its end. Pure; any order of the records gives the same.
 */
final class WorkflowSteps {

  static final int PATIENCE = 3;

  private static final String EVENT = "workflow.state";
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final Comparator<LogLine> BY_TIME =
      Comparator.comparingLong(LogLine::timeNanos).thenComparing(LogLine::id);

  private WorkflowSteps() {}

  /** Steps in order of their start. */
  static List<WorkflowStep> of(List<LogLine> events, long nowNanos) {
    Map<String, Told> told = new LinkedHashMap<>();
    events.stream()
        .filter(event -> event.eventName().equals(EVENT))
        .filter(event -> event.traceId() != null && event.spanId() != null)
        .sorted(BY_TIME)
        .forEach(
            event ->
                told.computeIfAbsent(event.traceId() + event.spanId(), id -> new Told(event))
                    .add(event));
    return told.values().stream().map(step -> step.at(nowNanos)).toList();
  }

  /** What one workflow or step has said so far, in order of time. */
  private static final class Told {

    private final LogLine first;
    private LogLine last;
    private @Nullable LogLine end;

    Told(LogLine first) {
      this.first = first;
      this.last = first;
    }

    void add(LogLine event) {
      last = event;
      if (end == null && isEnd(event)) {
        end = event;
      }
    }

    private static boolean isEnd(LogLine event) {
      String state = event.attributes().getOrDefault(EVENT, "");
      return state.equals("COMPLETED") || state.equals("FAILED");
    }

    WorkflowStep at(long nowNanos) {
      return new WorkflowStep(
          first.attributes().getOrDefault("workflow.name", first.body()),
          first.attributes().get("workflow.step"),
          first.service(),
          String.valueOf(first.traceId()),
          String.valueOf(first.spanId()),
          state(nowNanos),
          first.timeNanos(),
          end == null ? null : end.timeNanos(),
          last.timeNanos());
    }

    private State state(long nowNanos) {
      if (end != null) {
        boolean completed = "COMPLETED".equals(end.attributes().get(EVENT));
        return completed ? State.COMPLETED : State.FAILED;
      }
      long within = nextWithinNanos();
      return within > 0 && nowNanos - last.timeNanos() > PATIENCE * within
          ? State.LOST
          : State.RUNNING;
    }

    /** Zero when the last record does not say when the next one comes. */
    private long nextWithinNanos() {
      String millis = last.attributes().get("workflow.heartbeat_ms");
      try {
        return millis == null ? 0 : Math.max(0, Long.parseLong(millis)) * NANOS_PER_MILLI;
      } catch (NumberFormatException e) {
        return 0;
      }
    }
  }
}
