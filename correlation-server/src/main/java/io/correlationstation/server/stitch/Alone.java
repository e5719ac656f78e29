// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;

/**
 * How well one edge by itself explains some children in time: learnt from them alone, as if there
 * were no other edge, so that two edges can be compared on the same children without either having
 * been believed before.
 *
 * <p>Keys only say which of the edge's own candidates is meant, not how good it is: which keys a
 * service happens to carry is no evidence for its calling.
 */
final class Alone {

  private static final int ITERATIONS = 6;
  private static final double FIRST_SHARE = 0.7;
  private static final double LEAST_SHARE = 0.05;
  private static final double MOST_SHARE = 0.98;

  /** Density of children that come at any time, against those that follow the edge. */
  static final double ANY_TIME = 0.02;

  private static final double NEAR_SECONDS = 0.02;
  private static final double NOTHING = 1e-9;

  /** Of each child: the bins of its candidates, delay and slack in turn. */
  private final List<int[]> bins = new ArrayList<>();

  /** How likely each of them is the one that is meant, by keys and order. */
  private final List<double[]> parts = new ArrayList<>();

  private final List<Integer> durations = new ArrayList<>();
  private Density delay = new Density();
  private Density slack = new Density();
  private Density anyhow = new Density();
  private double share = FIRST_SHARE;

  /** Takes a child; returns its number. */
  int add(int[] delayAndSlack, double[] part, int durationBin) {
    bins.add(delayAndSlack);
    parts.add(part);
    durations.add(durationBin);
    return bins.size() - 1;
  }

  /**
   * @param lasting how long such children last, whoever calls them
   */
  void fit(Density lasting) {
    anyhow = lasting;
    for (int i = 0; i < ITERATIONS; i++) {
      learn(i == 0);
    }
  }

  private void learn(boolean first) {
    Density delays = new Density();
    Density slacks = new Density();
    double explained = 0;
    for (int child = 0; child < bins.size(); child++) {
      int[] bin = bins.get(child);
      double[] part = parts.get(child);
      double[] fits = new double[part.length];
      double sum = NOTHING;
      for (int i = 0; i < part.length; i++) {
        double broad = broad(bin[2 * i]);
        double dense = first ? broad : delay.perSecond(bin[2 * i]) * lasting(child, i);
        fits[i] = share * part[i] * dense;
        sum += fits[i] + (1 - share) * part[i] * ANY_TIME * broad;
      }
      for (int i = 0; i < part.length; i++) {
        double weight = fits[i] / sum;
        explained += weight;
        delays.add(bin[2 * i], weight);
        slacks.add(bin[2 * i + 1], weight);
      }
    }
    delays.smooth();
    slacks.smooth();
    delay = delays;
    slack = slacks;
    share = Math.max(LEAST_SHARE, Math.min(MOST_SHARE, explained / bins.size()));
  }

  /**
   * How much likelier a child's duration is for its caller's; it may have nothing to do with it.
   */
  private double lasting(int child, int candidate) {
    double usual = anyhow.perSecond(durations.get(child));
    double given = slack.perSecond(bins.get(child)[2 * candidate + 1]);
    return usual <= 0 ? 1 : 0.5 * given / usual + 0.5;
  }

  static double broad(int delayBin) {
    return 1 / (Math.abs(Density.middleSeconds(delayBin)) + NEAR_SECONDS);
  }

  /**
   * Logarithm of how well the edge explains a child.
   *
   * @param byDurations whether both durations count, too, and not the delay alone
   */
  double log(int child, boolean byDurations) {
    int[] bin = bins.get(child);
    double[] part = parts.get(child);
    double sum = NOTHING;
    for (int i = 0; i < part.length; i++) {
      double factor = byDurations ? lasting(child, i) : 1;
      double follows = share * delay.perSecond(bin[2 * i]) * factor;
      sum += part[i] * (follows + (1 - share) * ANY_TIME * broad(bin[2 * i]));
    }
    return Math.log(sum);
  }
}
