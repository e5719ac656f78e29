// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;

/**
 * A density of signed durations, learnt from weighted samples.
 *
 * <p>Bins lie on a signed logarithmic scale (asinh), about 1 ms wide around zero and 5 % of the
 * value far from it, from -4 s to 80 s. Between bins it smooths with the width that holds enough
 * samples (nearest neighbours), so that a sharp peak stays sharp and a thin tail gets wide.
 */
final class Density {

  static final int BINS = 300;
  private static final int ZERO = 120;

  /** Far from zero, how wide a bin is as a part of its value. */
  static final double STEP = 0.05;

  private static final double UNIT_SECONDS = 0.02;
  private static final double[] EDGES_SECONDS = edges();

  /** The first nanosecond at or after each edge. */
  private static final long[] EDGES_NANOS = edgesNanos();

  /**
   * Numbers with the same leading bits lie in one cell: seven bits of the fraction, so that a cell
   * is narrower than any bin and has at most one edge in it.
   */
  private static final int LOST_BITS = 52 - 7;

  private static final long UNIT_NANOS = Math.round(UNIT_SECONDS * 1e9);
  private static final int FIRST_CELL =
      (int) (Double.doubleToRawLongBits(UNIT_NANOS) >>> LOST_BITS);

  /** The bin of the near end of each cell, at or after zero and before it. */
  private static final short[] LATER = cells(1);

  private static final short[] EARLIER = cells(-1);

  private static final double[] NO_COUNTS = {};
  private static final float[] NO_DENSITY = {};

  /** Allocated with the first sample: most pairs of types never get one. */
  private double[] counts = NO_COUNTS;

  private float[] perSecond = NO_DENSITY;
  private double total;

  /** Of the samples as they are, once asked for: every explanation of an edge asks. */
  private transient double median;

  private transient boolean medianKnown;

  private static double[] edges() {
    double[] edges = new double[BINS + 1];
    for (int i = 0; i <= BINS; i++) {
      edges[i] = UNIT_SECONDS * Math.sinh((i - ZERO - 0.5) * STEP);
    }
    return edges;
  }

  static double middleSeconds(int bin) {
    return UNIT_SECONDS * Math.sinh((bin - ZERO) * STEP);
  }

  /** Looked up by its nanoseconds, then put right by comparing with the edges. */
  static int bin(double seconds) {
    int bin = bin((long) (seconds * 1e9));
    while (bin > 0 && seconds < EDGES_SECONDS[bin]) {
      bin--;
    }
    while (bin < BINS - 1 && seconds >= EDGES_SECONDS[bin + 1]) {
      bin++;
    }
    return bin;
  }

  /** The same for whole nanoseconds, without a division or a loop. */
  static int bin(long nanos) {
    if (nanos >= EDGES_NANOS[BINS - 1]) {
      return BINS - 1;
    }
    if (nanos < EDGES_NANOS[1]) {
      return 0;
    }
    if (nanos >= 0) {
      int bin = LATER[cell(nanos)];
      return nanos < EDGES_NANOS[bin + 1] ? bin : bin + 1;
    }
    int bin = EARLIER[cell(-nanos)];
    return nanos < EDGES_NANOS[bin] ? bin - 1 : bin;
  }

  private static int cell(long size) {
    return (int) (Double.doubleToRawLongBits(size + UNIT_NANOS) >>> LOST_BITS) - FIRST_CELL;
  }

  private static long[] edgesNanos() {
    long[] nanos = new long[BINS + 1];
    for (int i = 0; i <= BINS; i++) {
      nanos[i] = (long) (EDGES_SECONDS[i] * 1e9) - 2;
      while (nanos[i] * 1e-9 < EDGES_SECONDS[i]) {
        nanos[i]++;
      }
    }
    return nanos;
  }

  private static short[] cells(int sign) {
    short[] bins = new short[cell(EDGES_NANOS[BINS]) + 1];
    int bin = ZERO;
    for (int i = 0; i < bins.length; i++) {
      double least = Double.longBitsToDouble((long) (FIRST_CELL + i) << LOST_BITS);
      long nanos = sign * Math.max(0, (long) least - UNIT_NANOS);
      while (bin < BINS - 1 && nanos >= EDGES_NANOS[bin + 1]) {
        bin++;
      }
      while (bin > 0 && nanos < EDGES_NANOS[bin]) {
        bin--;
      }
      bins[i] = (short) bin;
    }
    return bins;
  }

  void clear() {
    Arrays.fill(counts, 0);
    total = 0;
    medianKnown = false;
  }

  void add(int bin, double weight) {
    if (counts.length == 0) {
      counts = new double[BINS];
    }
    counts[bin] += weight;
    total += weight;
    medianKnown = false;
  }

  void addAll(Density other, double factor) {
    if (other.total == 0) {
      return;
    }
    if (counts.length == 0) {
      counts = new double[BINS];
    }
    for (int i = 0; i < BINS; i++) {
      counts[i] += other.counts[i] * factor;
    }
    total += other.total * factor;
    medianKnown = false;
  }

  void scale(double factor) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] *= factor;
    }
    total *= factor;
    medianKnown = false;
  }

  double total() {
    return total;
  }

  double perSecond(int bin) {
    return perSecond.length == 0 ? 0 : perSecond[bin];
  }

  double mostPerSecond() {
    float most = 0;
    for (float density : perSecond) {
      most = Math.max(most, density);
    }
    return most;
  }

  /** Recomputes {@link #perSecond} from the samples. */
  void smooth() {
    if (total <= 0) {
      Arrays.fill(perSecond, 0);
      return;
    }
    if (perSecond.length == 0) {
      perSecond = new float[BINS];
    }
    double[] below = new double[BINS + 1];
    for (int i = 0; i < BINS; i++) {
      below[i + 1] = below[i] + counts[i];
    }
    double enough = Math.min(0.999 * below[BINS], Math.max(8, 0.06 * below[BINS]));
    double[] estimate = new double[BINS];
    double sum = 0;
    int radius = 0;
    for (int i = 0; i < BINS; i++) {
      radius = Math.max(0, radius - 1); // the next window holds what this one held, less one bin
      while (within(below, i, radius) < enough) {
        radius++;
      }
      estimate[i] = within(below, i, radius) / span(i, radius);
      sum += estimate[i] * (EDGES_SECONDS[i + 1] - EDGES_SECONDS[i]);
    }
    for (int i = 0; i < BINS; i++) {
      perSecond[i] = (float) (estimate[i] / sum);
    }
  }

  private static double within(double[] below, int bin, int radius) {
    return below[Math.min(BINS, bin + radius + 1)] - below[Math.max(0, bin - radius)];
  }

  private static double span(int bin, int radius) {
    return EDGES_SECONDS[Math.min(BINS, bin + radius + 1)]
        - EDGES_SECONDS[Math.max(0, bin - radius)];
  }

  double medianSeconds() {
    if (!medianKnown) {
      median = quantileSeconds(0.5);
      medianKnown = true;
    }
    return median;
  }

  /** Below which this part of the samples lies; 0 without samples. */
  double quantileSeconds(double part) {
    double below = total * part;
    double sum = 0;
    for (int i = 0; i < counts.length; i++) {
      sum += counts[i];
      if (sum >= below && sum > 0) {
        return middleSeconds(i);
      }
    }
    return 0;
  }
}
