// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import java.io.IOException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries whether the disk takes writes: makes a small file, forces it, deletes it. */
final class DiskProbe {

  static final String NAME = "probe";

  private static final int BYTES = 4096;
  private static final Logger logger = LoggerFactory.getLogger(DiskProbe.class);

  private final JournalDisk disk;
  private final JournalMetrics metrics;

  DiskProbe(JournalDisk disk, JournalMetrics metrics) {
    this.disk = disk;
    this.metrics = metrics;
  }

  /** How long a small durable write takes. */
  Duration measure() throws IOException {
    long start = System.nanoTime();
    disk.write(NAME, new byte[BYTES]);
    disk.force();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    disk.delete(NAME);
    return took;
  }

  boolean works() {
    try {
      measure();
      return true;
    } catch (IOException e) {
      metrics.failures.labelValues("probe").inc();
      logger.debug("The disk does not take writes yet", e);
      return false;
    }
  }
}
