// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/** Takes the decisions of a {@link Stitcher}, in the order in which event time made them. */
@FunctionalInterface
public interface HandoffSink {

  /**
   * Takes one decision. A later one for the same child names the one it replaces in {@link
   * Handoff#supersedes()}; one that is withdrawn without successor comes again as {@link
   * Handoff.State#REJECTED}.
   */
  void handoff(Handoff handoff);
}
