// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/** What delays are likely before anything is learnt of an edge. */
final class Timing {

  /** Share of handoffs in which the caller waits for the callee. */
  private static final double SPANNING = 0.7;

  private static final double SHORTEST_SECONDS = 0.005;
  private static final double LONGEST_SECONDS = 600;
  private static final double SKEW_SECONDS = 0.05;
  private static final double AGAINST_TIME = 1e-5;

  /** A span that has spans of its own service under it seldom calls by itself meanwhile. */
  private static final double NOT_A_LEAF = 0.2;

  private static final double REVERSED = 1e-3;

  private Timing() {}

  /** Density per second of a child that starts so long after the exit. */
  static double prior(Exit from, Child to, double seconds) {
    double coarse = 1e-3 * Math.max(from.precisionMillis, to.precisionMillis);
    double tolerance = SKEW_SECONDS + coarse;
    double length = from.durationNanos() * 1e-9 + coarse;
    double end = (to.endNanos - from.endNanos) * 1e-9;
    double density = AGAINST_TIME;
    boolean within = seconds >= -tolerance && end <= tolerance && seconds <= length;
    if (within && to.durationNanos() <= from.durationNanos() + coarse * 1e9) {
      density += SPANNING / (length + tolerance);
    }
    if (seconds > -tolerance) {
      double later = Math.max(seconds, SHORTEST_SECONDS);
      if (later < LONGEST_SECONDS) {
        density +=
            (1 - SPANNING) / (Math.log(LONGEST_SECONDS / SHORTEST_SECONDS) * (later + coarse));
      }
    }
    return from.hasLocalChild ? density * NOT_A_LEAF : density;
  }

  /**
   * How credible a pair's direction is, whatever was learnt: a child that starts before its caller
   * needs a clock that is off, and one that also lasts longer looks like the caller itself.
   */
  static double direction(Exit from, Child to) {
    double early = (from.startNanos - to.startNanos) * 1e-9;
    double coarse = 1e-3 * Math.max(from.precisionMillis, to.precisionMillis);
    if (early <= coarse) {
      return 1;
    }
    double credible = Math.exp(-Math.max(0, early - coarse - SKEW_SECONDS) / SKEW_SECONDS);
    boolean longer = to.durationNanos() > from.durationNanos() + coarse * 1e9;
    return credible * (longer ? REVERSED : 1) + 1e-12;
  }
}
