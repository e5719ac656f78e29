// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Fragment roots that look alike: service, operation, kind, topic and who calls them. */
final class ChildType {

  private static final int SETTLED_FITS = 3;

  final int id;
  final Service service;
  final String name;
  final int kind;
  final @Nullable String destination;
  final @Nullable String client;

  /** Edges that may explain it. */
  final List<EdgeModel> edges = new ArrayList<>();

  /** The same by type of exit: open addressing, at most half full. */
  private @Nullable EdgeModel[] byExit = new EdgeModel[8];

  /** Roots of this type without parent, per second. */
  double orphanRate;

  /** Roots of this type seen and the expected number of them without parent. */
  double seen;

  double orphans;
  double carriedOrphans;
  double carriedSeen;
  double carriedKeyed;

  /** The part of the roots without parent that carries a key. */
  double keyedOrphans;

  double carriedKeyedOrphans;
  double seenAtFit;

  /** Share of its roots that have no parent, by the last fit; 1 while nothing is known. */
  double orphanShare = 1;

  /** Roots that follow an earlier root of the same key: how many, how much later. */
  final Density burst = new Density();

  final Density carriedBurst = new Density();
  double burstShare = 0.01;

  final KeyedShare keyedShare = new KeyedShare();

  boolean hopeful;
  int inWindow;
  int keyedInWindow;
  int fits;

  ChildType(
      int id,
      Service service,
      String name,
      int kind,
      @Nullable String destination,
      @Nullable String client) {
    this.id = id;
    this.service = service;
    this.name = name;
    this.kind = kind;
    this.destination = destination;
    this.client = client;
  }

  /** Fitted often enough to tell which candidates are impossible. */
  boolean settled() {
    return fits >= SETTLED_FITS && !hopeful;
  }

  /**
   * Before a fit: whether its callers are still looked for among all that may be.
   *
   * @param again whether that is done again, however little was found before
   */
  boolean hopes(boolean again) {
    boolean mostlyOrphans = fits == 0 || orphans > 0.5 * seenAtFit;
    hopeful = mostlyOrphans && again;
    return hopeful && seen > 0;
  }

  /** After a fit. */
  void fitted() {
    fits += inWindow > 0 ? 1 : 0;
    seenAtFit = seenInFit();
    if (seenAtFit >= 1) {
      orphanShare = Math.min(1, orphans / seenAtFit);
    }
  }

  /** What was thought to be known of its callers proved wrong: they are looked for anew. */
  void beginAgain() {
    fits = 0;
    hopeful = true;
  }

  /** What fits before taught loses weight. */
  void fade(double factor) {
    carriedOrphans *= factor;
    carriedSeen *= factor;
    carriedKeyed *= factor;
    carriedKeyedOrphans *= factor;
    carriedBurst.scale(factor);
  }

  /** Before an expectation: what is counted begins with what was carried over. */
  void startFit() {
    orphans = carriedOrphans;
    keyedOrphans = carriedKeyedOrphans;
    burst.clear();
    burst.addAll(carriedBurst, 1);
    inWindow = 0;
    keyedInWindow = 0;
  }

  /** The edge from this type of exit; null when the two were never compared. */
  @Nullable EdgeModel edge(ExitType exit) {
    return byExit[slotOf(exit)];
  }

  /** Whether nothing that stays rules out that such calls bring forth such roots. */
  boolean mayComeFrom(ExitType exit) {
    EdgeModel known = edge(exit);
    return known == null || !known.forbidden;
  }

  void addEdge(EdgeModel edge) {
    edges.add(edge);
    if (edges.size() * 2 > byExit.length) {
      byExit = new EdgeModel[byExit.length * 2];
      edges.forEach(known -> byExit[slotOf(known.exit)] = known);
    } else {
      byExit[slotOf(edge.exit)] = edge;
    }
  }

  private int slotOf(ExitType exit) {
    int slot = (exit.id * 0x9E3779B9 >>> 7) & (byExit.length - 1);
    for (EdgeModel at = byExit[slot]; at != null && at.exit != exit; at = byExit[slot]) {
      slot = (slot + 1) & (byExit.length - 1);
    }
    return slot;
  }

  double seenInFit() {
    return inWindow + carriedSeen;
  }

  /** Roots of the fit that carry a key by which a parent could be told. */
  double keyedInFit() {
    return keyedInWindow + carriedKeyed;
  }

  /** Learns how far roots with a parent carry keys and those without do not. */
  void fitKeyed() {
    double all = seenInFit();
    if (all >= 1) {
      double keyed = keyedInFit();
      double linked = Math.max(0, all - orphans);
      keyedShare.fit(linked, Math.max(0, keyed - keyedOrphans), orphans, keyedOrphans, keyed / all);
    }
  }

  /** What it says for having a parent that the root's trace carries keys, or none. */
  double telling(Child root) {
    return keyedShare.telling(root.fragment.keyed());
  }

  /** Weight of being one of a burst, given where the earlier roots lie. */
  double burstWeight(Candidates ofRoot) {
    double density = 0;
    int count = burst.total() > 0.5 ? ofRoot.bursts() : 0;
    for (int i = 0; i < count; i++) {
      density += burst.perSecond(ofRoot.burstBin(i));
    }
    return burstShare * density * ofRoot.burstKeyFactor / orphanRate;
  }
}
