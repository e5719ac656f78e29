// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

/**
 * How far confidence can be believed, by persons' verdicts: among those on handoffs that were given
 * about as much confidence, the share that was confirmed.
 *
 * <p>Expected calibration error over ten bins (Naeini et al., AAAI 2015). Only verdicts on what the
 * stitcher itself said count: confidence that a person gave says nothing of the stitcher. Persons
 * look at doubtful handoffs first, so this is the error on what was looked at. Any thread.
 */
final class Calibration {

  private static final int BINS = 10;

  private final long[] labels = new long[BINS];
  private final double[] believed = new double[BINS];
  private final long[] confirmed = new long[BINS];

  void register(PrometheusRegistry registry) {
    GaugeWithCallback.builder()
        .name("corr_calibration_error")
        .help("Expected calibration error by persons' verdicts, 0 to 1; absent before the first")
        .callback(
            callback -> {
              double error = error();
              if (error >= 0) {
                callback.call(error);
              }
            })
        .register(registry);
  }

  synchronized void add(Ruling.OnHandoff ruling) {
    Handoff handoff = ruling.handoff();
    if (handoff.state() == Handoff.State.REJECTED || handoff.method().equals("verdict")) {
      return;
    }
    int bin = Math.min(BINS - 1, (int) (handoff.confidence() * BINS));
    labels[bin]++;
    believed[bin] += handoff.confidence();
    confirmed[bin] += ruling.confirmed() ? 1 : 0;
  }

  /** Goes on from what an earlier run had seen. */
  synchronized void restore(Calibration earlier) {
    System.arraycopy(earlier.labels, 0, labels, 0, BINS);
    System.arraycopy(earlier.believed, 0, believed, 0, BINS);
    System.arraycopy(earlier.confirmed, 0, confirmed, 0, BINS);
  }

  /** Mean distance of confidence and truth, or -1 when there is no verdict. */
  synchronized double error() {
    double sum = 0;
    long all = 0;
    for (int bin = 0; bin < BINS; bin++) {
      sum += Math.abs(believed[bin] - confirmed[bin]);
      all += labels[bin];
    }
    return all == 0 ? -1 : sum / all;
  }
}
