// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import java.util.HashMap;
import java.util.Map;

/**
 * One destination's books: what was read from the journal and what became of it.
 *
 * <p>Entries are drafted while a window is delivered and posted when its last frame is committed; a
 * window that has to be done again is counted once. The worker's thread writes, any thread reads.
 */
final class Ledger {

  private record Entry(Fate fate, Signal signal, String reason) {}

  private enum Fate {
    DELIVERED,
    DEAD_LETTERED,
    FILTERED
  }

  private final String destination;
  private final ForwardMetrics metrics;
  private final Map<Entry, Integer> draft = new HashMap<>();
  private long drafted;
  private long draftedFrames;
  private long difference;

  private volatile long inFlight;
  private volatile long framesInFlight;
  private volatile long mismatch;
  private volatile double meanItems = 1;
  private long itemsRead;
  private long framesRead;

  Ledger(String destination, ForwardMetrics metrics) {
    this.destination = destination;
    this.metrics = metrics;
  }

  /** A frame was read and now has to end in one of the other entries. */
  void read(Frame frame) {
    drafted += frame.items();
    inFlight = drafted;
    draftedFrames++;
    framesInFlight = draftedFrames;
    itemsRead += frame.items();
    framesRead++;
    meanItems = (double) itemsRead / framesRead;
  }

  void delivered(Signal signal, int items) {
    add(new Entry(Fate.DELIVERED, signal, ""), items);
  }

  void deadLettered(Signal signal, String reason, int items) {
    add(new Entry(Fate.DEAD_LETTERED, signal, reason), items);
  }

  void filtered(Signal signal, String reason, int items) {
    add(new Entry(Fate.FILTERED, signal, reason), items);
  }

  private void add(Entry entry, int items) {
    if (items > 0) {
      draft.merge(entry, items, Integer::sum);
    }
  }

  /** The window is done and committed. */
  void post() {
    long settled = 0;
    for (Map.Entry<Entry, Integer> line : draft.entrySet()) {
      post(line.getKey(), line.getValue());
      settled += line.getValue();
    }
    difference += drafted - settled;
    mismatch = difference;
    discard();
  }

  private void post(Entry entry, int items) {
    switch (entry.fate()) {
      case DELIVERED -> metrics.delivered(destination, entry.signal(), items);
      case DEAD_LETTERED ->
          metrics.deadLettered(destination, entry.signal(), entry.reason(), items);
      case FILTERED -> metrics.filtered(destination, entry.signal(), entry.reason(), items);
    }
  }

  /** The window is given up and will be read again. */
  void discard() {
    draft.clear();
    drafted = 0;
    draftedFrames = 0;
    inFlight = 0;
    framesInFlight = 0;
  }

  long inFlight() {
    return inFlight;
  }

  long framesInFlight() {
    return framesInFlight;
  }

  /** Items of a frame on average, or 1 before the first. */
  double meanItems() {
    return meanItems;
  }

  /** Items that were read and committed without a fate, less those counted twice. */
  long mismatch() {
    return mismatch;
  }
}
