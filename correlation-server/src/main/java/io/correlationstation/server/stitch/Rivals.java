// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds edges that win without evidence. Where two spans of different traces run side by side, or
 * one after the other, both explain a later child about equally well, and the fit settles on one of
 * them with certainty: for the keys their services happen to carry, for what it believed first, or
 * with caller and callee exchanged.
 *
 * <p>Each edge that might explain a sample of children, those the fit gave up included, is learnt
 * by itself ({@link Alone}), and what won is compared with the others on the same children. An edge
 * that is not clearly better than each other whose calls are free is good for a candidate, not for
 * a link. One that explains its children worse than their traces would explain its callers is given
 * up, and the fit goes on without it; so is one that only stands in for another ({@link StandIns}).
 *
 * <p>{@link Ties} is about rivals that the fit itself still weighs; there it abstains.
 */
final class Rivals {

  /** The newest children of a type are compared. */
  private static final int SAMPLE = 128;

  private static final int ENOUGH = 20;

  /** What an edge must be better by: nats a child, and as a multiple of their standard error. */
  private static final double CLEAR_NATS = 0.1;

  private static final double CLEAR_ERRORS = 4;

  /** How much worse than the other way round is given up. */
  private static final double REVERSED_NATS = -0.5;

  /** A call whose callee nobody saw speaks for itself, against a span that shows no calls. */
  private static final double SILENT_NATS = -0.5;

  /** A candidate, next to a link: most of them are right. */
  private static final double UNSURE = 0.88;

  /** Another edge seems to fit better. */
  private static final double WORSE = 0.5;

  /** Of another edge's roots: what has no more where that one is missing explains nothing. */
  private static final double FEW_ROOTS = 1.0 / 3;

  private static final double KNOWN_CALLS = 30;
  private static final double MOSTLY = 0.5;

  private final Vocabulary vocabulary;
  private final CandidateSearch search;

  /** By the edge that won: against what else explains its children. */
  private final Map<EdgeModel, Contest> contests = new LinkedHashMap<>();

  /** By the edge that won: against what explains its callers by its children. */
  private final Map<EdgeModel, Contest> exchanges = new LinkedHashMap<>();

  private final Set<EdgeModel> sure = new HashSet<>();

  /** May only stand in for others; nobody can tell. */
  private final Set<EdgeModel> doubted = new HashSet<>();

  Rivals(Vocabulary vocabulary, CandidateSearch search) {
    this.vocabulary = vocabulary;
    this.search = search;
  }

  /** Returns whether an edge was given up, so that the fit must go on. */
  boolean compare(Collection<Child> window) {
    contests.clear();
    exchanges.clear();
    sure.clear();
    doubted.clear();
    StandIns standIns = new StandIns();
    for (List<Child> children : byType(window)) {
      if (children.size() >= ENOUGH) {
        int from = Math.max(0, children.size() - SAMPLE);
        Sample sample = new Sample(search, children.subList(from, children.size()));
        sample.contest(contests, exchanges, standIns);
      }
    }
    search.letGo();
    contests.values().removeIf(contest -> contest.children() < ENOUGH);
    forgetGivenUp();
    boolean givenUp = false;
    for (EdgeModel edge : contests.keySet()) {
      givenUp |= !isBeyondDoubt(edge) && giveUpReversed(edge);
    }
    findSure();
    givenUp |= giveUpStandIns(standIns);
    for (EdgeModel edge : vocabulary.edges()) {
      edge.ceiling = ceiling(edge);
    }
    return givenUp;
  }

  /** Of types that something else than a known call explains. */
  private static Collection<List<Child>> byType(Collection<Child> window) {
    Map<ChildType, List<Child>> byType = new LinkedHashMap<>();
    for (Child child : window) {
      if (child.fragment.keyed() && child.whole > 0.5 && child.candidates.orphan() < 0.5) {
        byType.computeIfAbsent(child.type, k -> new ArrayList<>()).add(child);
      }
    }
    byType.keySet().removeIf(type -> !isInDoubt(type));
    return byType.values();
  }

  private static boolean isInDoubt(ChildType type) {
    for (EdgeModel edge : type.edges) {
      if (edge.expected >= 1 && !isBeyondDoubt(edge)) {
        return true;
      }
    }
    return false;
  }

  /** What was given up for an edge that did not prove true, or is no more, may be found again. */
  private void forgetGivenUp() {
    for (EdgeModel edge : vocabulary.edges()) {
      if (edge.reversedBy != null && !isTrue(edge.reversedBy)) {
        edge.reversedBy = null;
      }
      if (edge.standsInFor != null && !isTrue(edge.standsInFor)) {
        edge.standsInFor = null;
        edge.child.beginAgain();
      }
    }
  }

  private static boolean isTrue(EdgeModel edge) {
    return edge.expected >= Matcher.KNOWN_HANDOFFS && !edge.isGivenUp();
  }

  private boolean giveUpReversed(EdgeModel edge) {
    for (Map.Entry<EdgeModel, Contest.Lead> back : leads(exchanges, edge).entrySet()) {
      Contest.Lead lead = back.getValue();
      boolean worse = lead.mean() < REVERSED_NATS && lead.errors() < -CLEAR_ERRORS;
      EdgeModel right = back.getKey();
      if (worse && edge.reversedBy == null && right.standsInFor == null) {
        edge.reversedBy = right;
        right.reversedBy = null;
        right.child.beginAgain();
        return true;
      }
    }
    return false;
  }

  /**
   * Gives up what only stands in for an edge that is clearly better where both are there, or has
   * many times as many roots; else it is not sure any more. What the topology lists is in no doubt,
   * unless another kind of call is the one that it lists.
   *
   * @return whether one was given up that was not before
   */
  private boolean giveUpStandIns(StandIns standIns) {
    boolean any = false;
    for (StandIns.StandIn found : standIns.found()) {
      EdgeModel edge = found.edge();
      boolean mayDoubt = !isBeyondDoubt(edge) && (!edge.listed || otherwiseKnown(edge));
      if (mayDoubt && isTrue(found.of())) {
        boolean better = found.share() <= 1 && isClear(found.of(), edge);
        if (better || found.share() <= FEW_ROOTS) {
          any |= edge.standsInFor == null;
          edge.standsInFor = found.of();
        } else {
          doubted.add(edge);
        }
      }
    }
    return any;
  }

  /** Whether an edge explains its children clearly better than another does. */
  private boolean isClear(EdgeModel edge, EdgeModel rival) {
    Contest.Lead lead = leads(contests, edge).get(rival);
    return lead != null && isClear(lead);
  }

  private static boolean isClear(Contest.Lead lead) {
    return lead.mean() >= CLEAR_NATS && lead.errors() >= CLEAR_ERRORS;
  }

  /** Whether its services call one another by another kind of call, which may be what is listed. */
  private boolean otherwiseKnown(EdgeModel edge) {
    for (EdgeModel other : vocabulary.edges()) {
      if (other != edge
          && other.known() >= Math.max(KNOWN_CALLS, edge.known())
          && other.services().equals(edge.services())) {
        return true;
      }
    }
    return false;
  }

  /**
   * Calls of its kind were seen whole; or they are an orchestrator's, whose calls nobody sees and
   * whose times are too coarse to compare.
   */
  private static boolean isBeyondDoubt(EdgeModel edge) {
    return edge.intact >= KNOWN_CALLS || edge.exit.service.polled;
  }

  private static Map<EdgeModel, Contest.Lead> leads(
      Map<EdgeModel, Contest> contests, EdgeModel edge) {
    Contest contest = contests.get(edge);
    return contest == null ? Map.of() : contest.leads();
  }

  /** Whose rivals' calls go elsewhere for sure may be sure itself, and so on. */
  private void findSure() {
    boolean more = true;
    while (more) {
      more = false;
      for (EdgeModel edge : contests.keySet()) {
        if (!sure.contains(edge) && isSure(edge)) {
          sure.add(edge);
          more = true;
        }
      }
    }
  }

  private boolean isSure(EdgeModel edge) {
    if (isBeyondDoubt(edge)) {
      return true;
    }
    if (edge.exit.service == edge.child.service && !edge.listed) {
      return false; // who calls itself past its own trace more likely answers to another
    }
    for (Map.Entry<EdgeModel, Contest.Lead> rival : leads(contests, edge).entrySet()) {
      if (mayReplace(rival.getKey(), edge, rival.getValue())) {
        return false;
      }
    }
    for (Contest.Lead back : leads(exchanges, edge).values()) {
      if (back.mean() < CLEAR_NATS) {
        return false;
      }
    }
    return true;
  }

  private boolean mayReplace(EdgeModel rival, EdgeModel edge, Contest.Lead lead) {
    if (edge.exit.oneSlot() && !rival.exit.oneSlot() && lead.mean() > SILENT_NATS) {
      return false;
    }
    return !isClear(lead) && !isTaken(rival, edge);
  }

  /** Whether the rival's calls are known to go to other work, one each. */
  private boolean isTaken(EdgeModel rival, EdgeModel edge) {
    boolean taken = false;
    for (EdgeModel other : rival.exit.edges) {
      boolean known = other.intact >= KNOWN_CALLS;
      if (other.child != edge.child) {
        taken |= known || (sure.contains(other) && other.share >= MOSTLY);
      } else if (known) {
        return false;
      }
    }
    return taken && rival.exit.oneSlot();
  }

  private double ceiling(EdgeModel edge) {
    if (edge.isGivenUp()) {
      return EdgeModel.CANNOT_TELL;
    }
    double most = doubted.contains(edge) ? UNSURE : 1;
    if (contests.containsKey(edge)) {
      return Math.min(most, contested(edge));
    }
    return isUnproven(edge) ? EdgeModel.CANNOT_TELL : most;
  }

  private double contested(EdgeModel edge) {
    if (sure.contains(edge)) {
      return 1;
    }
    for (Contest.Lead back : leads(exchanges, edge).values()) {
      if (back.mean() < 0) {
        return EdgeModel.CANNOT_TELL;
      }
    }
    for (Map.Entry<EdgeModel, Contest.Lead> rival : leads(contests, edge).entrySet()) {
      Contest.Lead lead = rival.getValue();
      boolean worse = lead.mean() < -CLEAR_NATS && lead.errors() < -CLEAR_ERRORS / 2;
      if (worse && !isTaken(rival.getKey(), edge)) {
        return WORSE;
      }
    }
    return UNSURE;
  }

  /**
   * Whether a span that shows no calls explains too few roots to be compared, of a kind of which it
   * is known who calls it.
   */
  private static boolean isUnproven(EdgeModel edge) {
    return edge.expected > 0
        && !edge.exit.oneSlot()
        && !edge.listed
        && !isBeyondDoubt(edge)
        && calledByAnother(edge);
  }

  private static boolean calledByAnother(EdgeModel edge) {
    for (EdgeModel other : edge.child.edges) {
      if (other != edge && other.intact >= KNOWN_CALLS) {
        return true;
      }
    }
    return false;
  }
}
