// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.journal.JournalCursor.Entry;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.Stitcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what persons ruled, and keeps it for good. What cannot be read or kept is left out
 * and counted: it must not end stitching. Not thread-safe.
 */
final class RulingDesk implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(RulingDesk.class);

  private final Stitcher stitcher;
  private final RulingFile file;
  private final List<Handoff> decided;
  private final StitchMetrics metrics;

  /**
   * @param decided gets what follows from a ruling
   */
  RulingDesk(Path path, Stitcher stitcher, List<Handoff> decided, StitchMetrics metrics)
      throws IOException {
    this.stitcher = stitcher;
    this.decided = decided;
    this.metrics = metrics;
    this.file = RulingFile.open(path);
    metrics.rulingsNotKept(file.unreadable());
  }

  /** See {@link RulingFile#takeUpTo}. */
  List<Ruling> takeUpTo(long sequence, long nextSequence) {
    return file.takeUpTo(sequence, nextSequence);
  }

  /** Rulings hold for good, also those of before the frames that are read again. */
  void hearAgain(List<Ruling> old) {
    old.forEach(this::hear);
    decided.clear();
  }

  /** Carries out the rulings in a frame. */
  void hearAll(Entry entry) {
    List<Ruling> told;
    try {
      told = RulingLines.parse(entry.frame().payload());
    } catch (IllegalArgumentException e) {
      metrics.rulingsNotKept(entry.frame().items());
      LOGGER.warn("frame {} of rulings is left out", entry.sequence(), e);
      return;
    }
    told.forEach(this::hear);
    keep(entry.sequence(), told);
  }

  private void keep(long sequence, List<Ruling> told) {
    try {
      file.add(sequence, told);
    } catch (IOException e) {
      metrics.rulingsNotKept(told.size());
      LOGGER.warn("a ruling can't be kept beyond the journal and the saved state", e);
    }
  }

  private void hear(Ruling ruling) {
    if (ruling instanceof Ruling.OnHandoff onHandoff) {
      int before = decided.size();
      stitcher.verdict(onHandoff.verdict());
      List<Handoff> told = decided.subList(before, decided.size());
      told.replaceAll(each -> RulingEffect.explained(each, onHandoff));
      if (!RulingEffect.isAmong(told, onHandoff)) {
        decided.addAll(RulingEffect.of(onHandoff));
      }
      metrics.ruled(onHandoff);
    } else if (ruling instanceof Ruling.OnAlias onAlias) {
      stitcher.retract(onAlias);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
