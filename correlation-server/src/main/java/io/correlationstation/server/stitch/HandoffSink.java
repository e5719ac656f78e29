// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/** Takes the decisions of a {@link Stitcher}, in the order in which event time made them. */
@FunctionalInterface
public interface HandoffSink {

  /**
   * Takes one decision. A later one for the same child names the one it replaces in {@link
   * Handoff#supersedes()}; a link that is withdrawn comes again as {@link Handoff.State#REJECTED},
   * before its successor if there is one.
   */
  void handoff(Handoff handoff);
}
