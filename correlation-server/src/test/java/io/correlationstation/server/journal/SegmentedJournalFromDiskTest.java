// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The segmented journal with tiny segments and nothing in memory: every poll reads a file. */
final class SegmentedJournalFromDiskTest extends JournalContract {

  @TempDir private Path directory;

  @Override
  Journal open() throws IOException {
    return SegmentedJournal.open(
        JournalConfig.builder(directory).minFreeBytes(0).segmentBytes(1024).tailBytes(0).build(),
        new PrometheusRegistry());
  }
}
