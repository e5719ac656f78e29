// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/** What delays are likely before anything is learnt of an edge. */
final class Timing {

  /** Share of handoffs in which the caller waits for the callee. */
  private static final double SPANNING = 0.7;

  private static final double SHORTEST_SECONDS = 0.005;
  private static final double LONGEST_SECONDS = 600;
  private static final double SKEW_SECONDS = 0.05;

  /** Of work picked up later: as likely in each doubling of the delay. */
  private static final double LATER = (1 - SPANNING) / Math.log(LONGEST_SECONDS / SHORTEST_SECONDS);

  /** How far clocks of which nothing is known may be apart. */
  static final long ADRIFT_NANOS = 4_000_000_000L;

  /**
   * How far off the order of two starts may be where the clocks are known, or make no difference.
   */
  static final long MOST_SKEW_NANOS = 500_000_000L;

  private static final double AGAINST_TIME = 1e-5;

  /** A span that has spans of its own service under it seldom calls by itself meanwhile. */
  private static final double NOT_A_LEAF = 0.1;

  private static final double REVERSED = 1e-3;

  /** What {@link #prior} never exceeds. */
  static final double MOST_DENSITY =
      AGAINST_TIME + SPANNING / SKEW_SECONDS + LATER / SHORTEST_SECONDS;

  private Timing() {}

  /**
   * Density per second of a child that starts so long after the exit.
   *
   * <p>Coarse times are cut off, not rounded: the true start lies up to one resolution later.
   */
  static double prior(Exit from, Child to, double seconds) {
    double coarseExit = 1e-3 * from.precisionMillis;
    double coarseChild = 1e-3 * to.precisionMillis;
    double coarse = Math.max(coarseExit, coarseChild);
    double before = SKEW_SECONDS + coarseChild;
    double length = from.durationNanos() * 1e-9 + coarseExit;
    double clocks = Skew.between(from.type.service, to.type.service);
    double start = seconds - clocks;
    double end = (to.endNanos - from.endNanos) * 1e-9 - clocks;
    double density = AGAINST_TIME;
    boolean within = start >= -before && end <= SKEW_SECONDS + coarseExit && start <= length;
    if (adrift(from, to)) {
      double off = Math.max(0, Math.max(-start, end)) / SKEW_SECONDS;
      density += SPANNING / (length + before) / (1 + off * off);
    } else if (within && to.durationNanos() <= from.durationNanos() + coarse * 1e9) {
      double over = coarseExit == 0 ? 0 : Math.max(0, Math.min(1, end / coarseExit));
      density += SPANNING * (1 - over) / (length + before);
    }
    if (start > -before) {
      double later = Math.max(start, SHORTEST_SECONDS);
      if (later < LONGEST_SECONDS) {
        density += LATER / (later + coarse);
      }
    }
    return from.hasLocalChild ? density * NOT_A_LEAF : density;
  }

  /**
   * How credible a pair's direction is, whatever was learnt: a child that starts before its caller
   * needs a clock that is off, and one that also lasts longer looks like the caller itself.
   */
  static double direction(Exit from, Child to) {
    double clocks = Skew.between(from.type.service, to.type.service);
    double early = (from.startNanos - to.startNanos) * 1e-9 + clocks - 1e-3 * to.precisionMillis;
    if (early <= 0) {
      return startedBefore(from, -early);
    }
    if (adrift(from, to)) {
      return 1;
    }
    double credible = Math.exp(-Math.max(0, early - SKEW_SECONDS) / SKEW_SECONDS);
    boolean longer = to.durationNanos() > from.durationNanos() + 1_000_000L * from.precisionMillis;
    return credible * (longer ? REVERSED : 1) * startedBefore(from, -early) + 1e-12;
  }

  /** Whether an exit that starts so much after the child, by recorded times, may have called it. */
  static boolean mayStartBefore(Exit from, Child to, long earlyNanos) {
    if (adrift(from, to)) {
      return earlyNanos <= ADRIFT_NANOS;
    }
    double clocks = Skew.between(from.type.service, to.type.service);
    return earlyNanos + 1e9 * clocks <= MOST_SKEW_NANOS + 1e6 * to.precisionMillis;
  }

  /**
   * Whether only the clocks can say if the child lies within the call, and nobody knows the clocks:
   * it is a call that waits, and lasts no less. Durations are immune to clocks.
   */
  private static boolean adrift(Exit from, Child to) {
    return from.type.kind == ExitType.CLIENT
        && to.type.kind == ExitType.SERVER
        && to.durationNanos() <= from.durationNanos()
        && !Skew.known(from.type.service, to.type.service);
  }

  /** Chance that an exit whose start is cut off to its resolution began before the child. */
  private static double startedBefore(Exit from, double seconds) {
    double coarse = 1e-3 * from.precisionMillis;
    return coarse == 0 ? 1 : Math.min(1, Math.max(REVERSED, seconds / coarse));
  }
}
