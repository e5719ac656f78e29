// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/**
 * A place for one child at a caller: how much all children together want it.
 *
 * <p>A CLIENT or PRODUCER is itself the one it has for whatever child ({@link Exit}); a caller that
 * shows no calls has one for each type of child ({@link SlotOfType}).
 */
abstract class Slot implements Copied {

  double load;

  /** Who wants it most, and how much. */
  @Nullable Child favourite;

  private float favoured;

  /** Its caller's own trace turned out to show whom it called. */
  boolean closed;

  @Override
  public void copyTo(FieldSink out) {
    out.put(closed);
    out.put(favoured);
    out.reference(favourite);
    out.put(load);
  }

  void add(double change) {
    load = Math.max(0, load + change);
  }

  /** The same place for the caller's whole trace; null but for orchestrators. */
  @Nullable Slot trace() {
    return null;
  }

  /** A child wants it so much by now. */
  void wanted(Child by, double message) {
    if (by == favourite || message > favoured) {
      favourite = by;
      favoured = (float) message;
    }
  }

  /** A child wants it no longer, or can't be asked any more what else it wants. */
  void leave(Child by) {
    if (by == favourite) {
      favourite = null;
      favoured = 0;
    }
  }
}
