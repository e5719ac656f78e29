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
  private static final double STEP = 0.05;
  private static final double UNIT_SECONDS = 0.02;
  private static final double[] WIDTH_SECONDS = widths();

  private final double[] counts = new double[BINS];
  private final float[] perSecond = new float[BINS];
  private double total;

  private static double[] widths() {
    double[] widths = new double[BINS];
    for (int i = 0; i < BINS; i++) {
      widths[i] = edge(i + 1) - edge(i);
    }
    return widths;
  }

  /** Lower edge of a bin in seconds. */
  private static double edge(int bin) {
    return UNIT_SECONDS * Math.sinh((bin - ZERO - 0.5) * STEP);
  }

  static double middleSeconds(int bin) {
    return UNIT_SECONDS * Math.sinh((bin - ZERO) * STEP);
  }

  static int bin(double seconds) {
    double x = seconds / UNIT_SECONDS;
    double magnitude = Math.abs(x);
    double asinh = Math.log(magnitude + Math.sqrt(magnitude * magnitude + 1));
    int bin = ZERO + (int) Math.rint(Math.copySign(asinh, x) / STEP);
    return Math.max(0, Math.min(BINS - 1, bin));
  }

  void clear() {
    Arrays.fill(counts, 0);
    total = 0;
  }

  void add(int bin, double weight) {
    counts[bin] += weight;
    total += weight;
  }

  void addAll(Density other, double factor) {
    if (other.total == 0) {
      return;
    }
    for (int i = 0; i < BINS; i++) {
      counts[i] += other.counts[i] * factor;
    }
    total += other.total * factor;
  }

  void scale(double factor) {
    for (int i = 0; i < BINS; i++) {
      counts[i] *= factor;
    }
    total *= factor;
  }

  double total() {
    return total;
  }

  double perSecond(int bin) {
    return perSecond[bin];
  }

  double count(int bin) {
    return counts[bin];
  }

  /** Recomputes {@link #perSecond} from the samples. */
  void smooth() {
    if (total <= 0) {
      Arrays.fill(perSecond, 0);
      return;
    }
    double enough = Math.min(total, Math.max(4, 0.03 * total));
    double sum = 0;
    double[] estimate = new double[BINS];
    for (int i = 0; i < BINS; i++) {
      estimate[i] = neighbours(i, enough);
      sum += estimate[i] * WIDTH_SECONDS[i];
    }
    for (int i = 0; i < BINS; i++) {
      perSecond[i] = (float) (estimate[i] / sum);
    }
  }

  private double neighbours(int bin, double enough) {
    int low = bin;
    int high = bin;
    double mass = counts[bin];
    double width = WIDTH_SECONDS[bin];
    while (mass < enough && (low > 0 || high < BINS - 1)) {
      if (low > 0) {
        low--;
        mass += counts[low];
        width += WIDTH_SECONDS[low];
      }
      if (high < BINS - 1) {
        high++;
        mass += counts[high];
        width += WIDTH_SECONDS[high];
      }
    }
    return mass / width;
  }

  double medianSeconds() {
    double half = total / 2;
    double sum = 0;
    for (int i = 0; i < BINS; i++) {
      sum += counts[i];
      if (sum >= half && sum > 0) {
        return middleSeconds(i);
      }
    }
    return 0;
  }
}
