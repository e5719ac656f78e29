// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/** What the calls of all kinds from one service to another come to. */
final class EdgeTotals {

  private double intact;
  private double joined;
  private double intactOfLate;
  private double joinedOfLate;
  private double learnt;
  private double learntSeconds;

  void add(EdgeModel edge) {
    intact += edge.intact;
    joined += edge.joined;
    intactOfLate += edge.intactOfLate();
    joinedOfLate += edge.joinedOfLate();
    learnt += edge.delay.total();
    learntSeconds += edge.delay.total() * edge.delay.medianSeconds();
  }

  EdgeStatistics of(ServiceEdge pair, boolean configured) {
    double ofLate = intactOfLate + joinedOfLate;
    return new EdgeStatistics(
        pair,
        intact,
        joined,
        ofLate == 0 ? 0 : joinedOfLate / ofLate,
        learnt == 0 ? -1 : (long) (learntSeconds / learnt * 1e9),
        configured);
  }
}
