// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.Telemetry.at;
import static io.correlationstation.server.journey.Telemetry.span;
import static io.correlationstation.server.journey.Telemetry.trace;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journey.WorkflowStep.State;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class WorkflowStepsTest {

  private static final int WORKFLOW = 1;
  private static final int RESERVE = 2;
  private static final int CREATE = 3;

  private final List<LogLine> events =
      List.of(
          event(WORKFLOW, null, "STARTED", 0, "10000"),
          event(RESERVE, "reserve", "STARTED", 10, "10000"),
          event(RESERVE, "reserve", "COMPLETED", 20, null),
          event(CREATE, "create", "STARTED", 30, "10000"),
          event(WORKFLOW, null, "RUNNING", 10_000, "20000"),
          event(CREATE, "create", "RUNNING", 10_030, "20000"));

  @Test
  void of_signsOfLifeInTime_isRunning() {
    assertThat(states(events, 70_000))
        .containsExactly(
            Map.entry("order", State.RUNNING),
            Map.entry("reserve", State.COMPLETED),
            Map.entry("create", State.RUNNING));
  }

  @Test
  void of_signsOfLifeOverdueThreeTimes_isLost() {
    assertThat(states(events, 70_031))
        .containsExactly(
            Map.entry("order", State.LOST),
            Map.entry("reserve", State.COMPLETED),
            Map.entry("create", State.LOST));
  }

  @Test
  void of_endThatComesLate_isNoLongerLost() {
    List<LogLine> later = new ArrayList<>(events);
    later.add(event(CREATE, "create", "FAILED", 60_000, null));

    WorkflowStep create = WorkflowSteps.of(later, at(500_000)).get(2);

    assertThat(create.state()).isEqualTo(State.FAILED);
    assertThat(create.startNanos()).isEqualTo(at(30));
    assertThat(create.endNanos()).isEqualTo(at(60_000));
    assertThat(create.spanId()).isEqualTo(span(CREATE));
  }

  @Test
  void of_anyOrderAndDuplicates_isTheSame() {
    List<LogLine> shuffled = new ArrayList<>(events);
    shuffled.addAll(events);
    Collections.shuffle(shuffled, new Random(7));

    assertThat(WorkflowSteps.of(shuffled, at(70_031)))
        .isEqualTo(WorkflowSteps.of(events, at(70_031)));
  }

  @Test
  void of_recordsThatPromiseNoNext_isRunning() {
    List<LogLine> silent =
        List.of(
            event(CREATE, "create", "STARTED", 0, null),
            event(RESERVE, "reserve", "STARTED", 1, "soon"));

    assertThat(states(silent, 1_000_000_000))
        .containsExactly(Map.entry("create", State.RUNNING), Map.entry("reserve", State.RUNNING));
  }

  @Test
  void of_otherEvents_areNoSteps() {
    LogLine other =
        new LogLine(
            "id",
            trace(1),
            span(9),
            at(0),
            9,
            "INFO",
            "beorn",
            "x",
            "order_placed",
            true,
            Map.of(),
            null);

    assertThat(WorkflowSteps.of(List.of(other), at(1))).isEmpty();
  }

  private static List<Map.Entry<String, State>> states(List<LogLine> events, long nowMillis) {
    return WorkflowSteps.of(events, at(nowMillis)).stream()
        .map(step -> Map.entry(step.step() == null ? step.workflow() : step.step(), step.state()))
        .toList();
  }

  private static LogLine event(
      int spanId, String step, String state, long millis, String nextWithin) {
    Map<String, String> attributes = new HashMap<>();
    attributes.put("workflow.name", "order");
    attributes.put("workflow.state", state);
    if (step != null) {
      attributes.put("workflow.step", step);
    }
    if (nextWithin != null) {
      attributes.put("workflow.heartbeat_ms", nextWithin);
    }
    return new LogLine(
        state + spanId,
        trace(1),
        span(spanId),
        at(millis),
        9,
        "INFO",
        "beorn",
        "order " + state,
        "workflow.state",
        true,
        attributes,
        null);
  }
}
