// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The segmented journal on a real file system, with the newest frames in memory. */
final class SegmentedJournalTest extends JournalContract {

  @TempDir private Path directory;

  private final PrometheusRegistry registry = new PrometheusRegistry();

  @Override
  Journal open() throws IOException {
    return SegmentedJournal.open(
        JournalConfig.builder(directory).minFreeBytes(0).build(), registry);
  }
}
