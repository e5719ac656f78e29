// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A made-up application: services, what each calls, and where the context of a call is lost.
 *
 * <p>Drawn from a seed alone, so that it can be made again anywhere. Calls go from lower to higher
 * numbered services and never back, unless the shape says so.
 */
final class Application {

  /** How the call graph looks. */
  enum Shape {
    /** One calls the next. */
    CHAIN,
    /** One calls all the others. */
    FAN_OUT,
    /** Each calls a few of those behind it. */
    TREE,
    /** Two callees of one caller, with the same keys and side by side. */
    TWINS,
    /** Work goes through queues. */
    QUEUES,
    /** Calls fail and are repeated. */
    RETRIES,
    /** Half of the services show no calls. */
    HALF_SILENT,
    /** No service shows its calls. */
    SILENT,
    /** Each calls the next and the last one the first; part of the work carries no keys. */
    LOOP,
    /** Who was called reports back later; part of the work carries no keys. */
    CALLBACKS,
    /** Several entries of different rates, some of which show no calls, call one service. */
    FAN_IN,
    /** A scheduled job picks up what was queued, in a trace for each order or in one for all. */
    BATCH,
    /** Clocks of half of the services are off by tens of milliseconds up to seconds. */
    SKEWED,
    /** The load triples twice, for half a minute each. */
    SURGE,
    /** Some work takes thirty times as long. */
    BIMODAL,
    /** Half of the services are deployed midway and name their operations anew. */
    RENAMED;

    /** How much of the work carries no keys at all. */
    double keyless() {
      return switch (this) {
        case LOOP, CALLBACKS -> 0.4;
        case FAN_IN -> 0.2;
        default -> 0;
      };
    }
  }

  /** How hard the traffic is: concurrency per circuit, clocks, lost keys, missing parents. */
  enum Level {
    EASY(2, 5, 0.05, 0.05, 0.25, 1.0),
    MEDIUM(6, 25, 0.12, 0.10, 0.40, 3.0),
    HARD(25, 50, 0.20, 0.20, 0.50, 6.0);

    final double runsPerCircuit;
    final int skewMillis;
    final double keyLoss;
    final double orphans;
    final double asynchronous;
    final double slowestMedianSeconds;

    Level(
        double runsPerCircuit,
        int skewMillis,
        double keyLoss,
        double orphans,
        double asynchronous,
        double slowestMedianSeconds) {
      this.runsPerCircuit = runsPerCircuit;
      this.skewMillis = skewMillis;
      this.keyLoss = keyLoss;
      this.orphans = orphans;
      this.asynchronous = asynchronous;
      this.slowestMedianSeconds = slowestMedianSeconds;
    }
  }

  /** A service with its clock, and which keys its spans may carry. */
  record Service(
      int number,
      String name,
      boolean showsCalls,
      long skewNanos,
      boolean circuit,
      boolean resource,
      boolean product,
      double workSeconds,
      List<Call> calls) {}

  /**
   * A call to another service.
   *
   * @param broken whether its context is always lost
   * @param queued whether the callee picks it up later
   * @param probability how often a run makes it
   * @param attempts how often it may be tried
   * @param scheduled whether the callee picks up what is there at its next round
   */
  record Call(
      int callee,
      String operation,
      boolean broken,
      boolean queued,
      double medianSeconds,
      double sigma,
      double probability,
      int attempts,
      boolean parallel,
      boolean scheduled) {}

  final Shape shape;
  final Level level;
  final List<Service> services = new ArrayList<>();

  /** Between two rounds of a scheduled job. */
  double roundSeconds;

  /** What a round picks up is handled in one trace. */
  boolean together;

  private final Random random;

  /** Which key every service knows; some know the other one too. */
  private final boolean byCircuit;

  Application(Shape shape, Level level, long seed) {
    this.shape = shape;
    this.level = level;
    random = new Random(seed * 31 + shape.ordinal() * 7 + level.ordinal());
    byCircuit = random.nextDouble() < 0.7;
    int count = shape == Shape.TWINS ? 4 : 4 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      services.add(service(i));
    }
    for (int i = 0; i < count; i++) {
      connect(i, count);
    }
    breakSome();
    if (shape == Shape.BATCH) {
      roundSeconds = 5 + 25 * random.nextDouble();
      together = random.nextBoolean();
    }
  }

  /** Services at which work begins. */
  int entries() {
    return shape == Shape.FAN_IN ? services.size() - 2 : 1;
  }

  private Service service(int number) {
    boolean shows =
        switch (shape) {
          case SILENT -> false;
          case HALF_SILENT -> random.nextBoolean();
          case FAN_IN -> random.nextDouble() < 0.75;
          default -> true;
        };
    boolean other = random.nextDouble() < 0.5;
    return new Service(
        number,
        "app-" + (char) ('a' + number),
        shows,
        Math.round(skewSeconds() * 1e9),
        byCircuit || other,
        !byCircuit || other,
        random.nextDouble() < 0.4,
        0.005 + 0.1 * random.nextDouble() * random.nextDouble(),
        new ArrayList<>());
  }

  private double skewSeconds() {
    double usual = (random.nextDouble() * 2 - 1) * level.skewMillis * 1e-3;
    if (shape != Shape.SKEWED || random.nextBoolean()) {
      return usual;
    }
    return Math.copySign(0.02 * Math.pow(150, random.nextDouble()), usual);
  }

  private void connect(int caller, int count) {
    List<Integer> callees = new ArrayList<>();
    switch (shape) {
      case CHAIN, SILENT, CALLBACKS -> callees.add(caller + 1);
      case LOOP -> callees.add((caller + 1) % count);
      case FAN_OUT -> {
        for (int i = 1; caller == 0 && i < count; i++) {
          callees.add(i);
        }
      }
      case FAN_IN -> callees.add(Math.max(caller + 1, count - 2));
      case TWINS -> {
        if (caller == 0) {
          callees.addAll(List.of(1, 2, 3));
        }
      }
      default -> {
        callees.add(caller + 1);
        callees.add(caller + 2 + random.nextInt(2));
      }
    }
    for (int callee : callees) {
      if (callee < count) {
        services.get(caller).calls().add(call(callee));
      }
    }
  }

  private Call call(int callee) {
    boolean scheduled = shape == Shape.BATCH && callee == 1;
    boolean queued = shape == Shape.QUEUES || scheduled || random.nextDouble() < level.asynchronous;
    double slowest = Math.log(level.slowestMedianSeconds);
    double fastest = Math.log(0.05 * level.slowestMedianSeconds);
    return new Call(
        callee,
        "op-" + (char) ('a' + callee) + random.nextInt(2),
        random.nextDouble() < 0.45 || scheduled,
        queued,
        Math.exp(fastest + random.nextDouble() * (slowest - fastest)),
        0.3 + 0.6 * random.nextDouble(),
        random.nextDouble() < 0.6 ? 1 : 0.4 + 0.5 * random.nextDouble(),
        shape == Shape.RETRIES ? 3 : 1,
        shape == Shape.TWINS || random.nextDouble() < 0.3,
        scheduled);
  }

  /** At least one call of every application loses its context. */
  private void breakSome() {
    boolean any = services.stream().flatMap(s -> s.calls().stream()).anyMatch(Call::broken);
    List<Call> first = services.get(0).calls();
    if (!any && !first.isEmpty()) {
      Call call = first.get(0);
      first.set(
          0,
          new Call(
              call.callee,
              call.operation,
              true,
              call.queued,
              call.medianSeconds,
              call.sigma,
              call.probability,
              call.attempts,
              call.parallel,
              call.scheduled));
    }
  }
}
