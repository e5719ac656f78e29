// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How the edges of the winners' traces fare against other explanations, on the children that one
 * edge won.
 */
final class Contest {

  private static final double OFTEN = 0.5;

  /** A single child must not decide. */
  private static final double MOST_NATS = 8;

  /** By the rival edge, then by the winner's own. */
  private final Map<EdgeModel, Map<EdgeModel, Lead>> leads = new LinkedHashMap<>();

  private int children;

  int children() {
    return children;
  }

  void count() {
    children++;
  }

  /** Takes how much better one of the winner's own edges explains a child than a rival does. */
  void add(EdgeModel own, EdgeModel rival, double nats) {
    leads
        .computeIfAbsent(rival, k -> new LinkedHashMap<>())
        .computeIfAbsent(own, k -> new Lead())
        .add(Math.max(-MOST_NATS, Math.min(MOST_NATS, nats)));
  }

  /** The lead over each rival that is there more often than not, of whichever own edge has most. */
  Map<EdgeModel, Lead> leads() {
    Map<EdgeModel, Lead> most = new LinkedHashMap<>();
    leads.forEach(
        (rival, byOwn) -> {
          for (Lead lead : byOwn.values()) {
            Lead known = most.get(rival);
            if (lead.count >= OFTEN * children && (known == null || lead.mean() > known.mean())) {
              most.put(rival, lead);
            }
          }
        });
    return most;
  }

  /** A difference, in nats a child. */
  static final class Lead {

    private static final double LEAST_VARIANCE = 1e-6;

    private int count;
    private double sum;
    private double squares;

    private void add(double nats) {
      count++;
      sum += nats;
      squares += nats * nats;
    }

    double mean() {
      return sum / count;
    }

    /** The mean as a multiple of its standard error. */
    double errors() {
      double variance = squares / count - mean() * mean();
      return mean() * Math.sqrt(count / Math.max(LEAST_VARIANCE, variance));
    }
  }
}
