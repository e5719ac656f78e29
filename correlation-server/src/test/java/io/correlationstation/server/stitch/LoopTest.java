// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static io.correlationstation.server.stitch.Spans.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Spans.Latest;
import io.correlationstation.server.stitch.Spans.Made;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Services that call one another in a loop: every lost call runs against better known ones, as does
 * the false pair that a missing trace leaves behind.
 */
class LoopTest {

  private static final int ORDERS = 500;

  /** Traces of an order; the last call of each but the last loses its context. */
  private static final int TRACES = 3;

  private final Latest told = new Latest();
  private final Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), told);
  private final Random random = new Random(21);
  private final List<Made> spans = new ArrayList<>();

  @ParameterizedTest(name = "{0} services, {1} traces without keys for each order")
  @CsvSource({"2, 0", "3, 0", "8, 0", "2, 2", "3, 2", "8, 2", "8, 6"})
  void lostCallsInALoop_areFoundBesideTrafficWithoutKeys(int services, int keyless) {
    for (int order = 1; order <= ORDERS; order++) {
      order(order, services, TRACES);
      keyless(order, services, keyless);
    }
    play();

    assertThat(rightlyLinked()).isGreaterThan(ORDERS * (TRACES - 1) * 9 / 10);
    assertThat(wronglyLinked()).isLessThan(ORDERS / 50);
  }

  /** Eight services, each calling the next: a trace shows four of them, and loses the fifth. */
  @ParameterizedTest(name = "{0} traces without keys for each order")
  @ValueSource(ints = {2, 10})
  void eachOfEightServicesCallsTheNext_lostCallsAreFoundBesideTrafficWithoutKeys(int keyless) {
    for (int order = 1; order <= ORDERS; order++) {
      double at = order * 0.1;
      for (int i = 0; i < TRACES; i++) {
        row(trace(order, i), i, at + i * (1.6 + 0.8 * random.nextDouble()), resource(order));
      }
      for (int i = 0; i < keyless; i++) {
        int first = random.nextInt(8);
        row(trace(order, TRACES + i), first, random.nextDouble() * ORDERS * 0.1, null);
      }
    }
    play();

    assertThat(rightlyLinked()).isGreaterThan(ORDERS * (TRACES - 1) * 9 / 10);
    assertThat(wronglyLinked()).isLessThan(ORDERS / 50);
  }

  /** A tenth of the orders lacks its second trace: who calls the third is unknown then. */
  @ParameterizedTest(name = "{0} services")
  @ValueSource(ints = {3, 4, 8})
  void middleOfALoopMissing_endIsNotGivenToItsBeginning(int services) {
    int missing = 0;
    for (int order = 1; order <= ORDERS; order++) {
      boolean whole = random.nextInt(10) > 0;
      missing += whole ? 0 : 1;
      order(order, services, TRACES);
      keyless(order, services, 2);
      if (!whole) {
        long middle = trace(order, 1);
        spans.removeIf(made -> made.trace() == middle);
      }
    }
    play();

    assertThat(rightlyLinked()).isGreaterThan((ORDERS - missing) * (TRACES - 1) * 9 / 10);
    assertThat(wronglyLinked()).isLessThan(10);
  }

  /** a asks b within one trace, and b reports back to a seconds later with no context. */
  @Test
  void callback_runsAgainstTheCallItAnswers_isFound() {
    for (int order = 1; order <= ORDERS; order++) {
      double at = order * 0.3 + random.nextDouble() * 0.2;
      double back = at + 0.5 + 2 * random.nextDouble();
      String resource = resource(order);
      long asked = trace(order, 0);
      serve(asked, "a", "order", 0, 0, at, 0.3, resource);
      serve(asked, "b", "serve", 1, asked * 10 + 1, at + 0.02, 0.2, resource);
      long worked = trace(order, 1);
      spans.add(
          span(asked, asked * 10 + 8, asked * 10 + 2, "b", "report", 4, at + 0.1, at + 0.11)
              .with("resource_id", resource));
      spans.add(
          span(worked, worked * 10, 0, "a", "done", 5, back, back + 0.05)
              .with("resource_id", resource));
      long other = trace(order, 3);
      spans.add(span(other, other * 10, 0, "a", "done", 5, back + 0.1, back + 0.15));
    }
    play();

    assertThat(rightlyLinked()).isGreaterThan(ORDERS * 9 / 10);
    assertThat(wronglyLinked()).isLessThan(ORDERS / 50);
  }

  /**
   * a asks b, b asks c, and c reports back to b seconds later; contexts are lost but between b and
   * c. For a tenth of the orders the trace of b and c is missing: the report's work fits a's call.
   */
  @Test
  void callback_traceThatAskedMissing_isNotGivenToTheCallIntoIt() {
    int missing = 0;
    for (int order = 1; order <= ORDERS; order++) {
      double at = order * 0.3 + random.nextDouble() * 0.2;
      double back = at + 0.5 + 2 * random.nextDouble();
      String resource = resource(order);
      serve(trace(order, 0), "a", "order", 0, 0, at, 0.3, resource);
      if (random.nextInt(10) > 0) {
        long asked = trace(order, 1);
        serve(asked, "b", "serve", 0, 0, at + 0.02, 0.25, resource);
        serve(asked, "c", "serve", 1, asked * 10 + 1, at + 0.04, 0.2, resource);
        add(
            span(asked, asked * 10 + 8, asked * 10 + 2, "c", "report", 4, at + 0.1, at + 0.11),
            resource);
      } else {
        missing++;
      }
      long worked = trace(order, 2);
      add(span(worked, worked * 10, 0, "b", "done", 5, back, back + 0.05), resource);
    }
    play();

    assertThat(rightlyLinked()).isGreaterThan((ORDERS - missing) * (TRACES - 1) * 9 / 10);
    assertThat(wronglyLinked()).isLessThan(5);
  }

  /** Traces of two services each, every one beginning where the last one's call went to. */
  private void order(int order, int services, int traces) {
    double at = order * 0.2 + random.nextDouble() * 0.1;
    for (int i = 0; i < traces; i++) {
      pair(trace(order, i), i, 2 * i % services, services, at, resource(order));
      at += 0.3 + random.nextDouble();
    }
  }

  private void keyless(int order, int services, int traces) {
    for (int i = 0; i < traces; i++) {
      double at = random.nextDouble() * ORDERS * 0.2;
      int first = random.nextInt(services);
      pair(trace(order, TRACES + i), random.nextInt(TRACES), first, services, at, null);
    }
  }

  private void pair(
      long trace, int step, int first, int services, double at, @Nullable String resource) {
    String next = "s" + (first + 1) % services;
    serve(trace, "s" + first, "step " + step, 0, 0, at, 0.1, resource);
    serve(trace, next, "serve", 1, trace * 10 + 1, at + 0.01, 0.07, resource);
  }

  private void row(long trace, int first, double at, @Nullable String resource) {
    long parent = 0;
    for (int i = 0; i < 4; i++) {
      String service = "s" + (first + i) % 8;
      serve(
          trace,
          service,
          "orders of s" + first,
          i,
          parent,
          at + i * 0.01,
          0.1 - i * 0.02,
          resource);
      parent = trace * 10 + 2 * i + 1;
    }
  }

  /** A request and the call made for it; spans number {@code 2 i} and {@code 2 i + 1}. */
  private void serve(
      long trace,
      String service,
      String operation,
      int i,
      long parent,
      double at,
      double length,
      @Nullable String resource) {
    long id = trace * 10 + 2L * i;
    double end = at + length;
    add(span(trace, id, parent, service, operation, 2, at, end), resource);
    add(span(trace, id + 1, id, service, "POST", 3, at + 0.005, end - 0.005), resource);
  }

  private void add(Made made, @Nullable String resource) {
    spans.add(resource == null ? made : made.with("resource_id", resource));
  }

  private static long trace(int order, int number) {
    return 100L * order + number;
  }

  private static String resource(int order) {
    return String.format("11111111-0000-4000-8000-%012d", order);
  }

  private void play() {
    Spans.play(stitcher, spans);
  }

  private long rightlyLinked() {
    return told.byChild.values().stream().filter(LoopTest::linked).filter(LoopTest::right).count();
  }

  private long wronglyLinked() {
    return told.byChild.values().stream().filter(LoopTest::linked).filter(h -> !right(h)).count();
  }

  private static boolean linked(Handoff handoff) {
    return handoff.state() == Handoff.State.LINKED;
  }

  /** Whether the parent is the trace before it of the same order. */
  private static boolean right(Handoff handoff) {
    long child = Long.parseLong(handoff.child().traceId().substring(16), 16);
    long parent = Long.parseLong(handoff.parent().traceId().substring(16), 16);
    return child == parent + 1 && child % 100 < TRACES;
  }
}
