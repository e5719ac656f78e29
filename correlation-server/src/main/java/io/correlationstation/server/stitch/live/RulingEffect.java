// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static io.correlationstation.server.stitch.Handoff.State.LINKED;
import static io.correlationstation.server.stitch.Handoff.State.REJECTED;

import io.correlationstation.server.stitch.Evidence;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Carries out a ruling on a handoff whose fragments the stitcher holds no longer, or where it has
 * nothing new to tell: a pure function of the ruling, so that replay tells the same.
 */
final class RulingEffect {

  private RulingEffect() {}

  /** Whether what the stitcher told since the ruling carries it out already. */
  static boolean isAmong(List<Handoff> told, Ruling.OnHandoff ruling) {
    String id = ruling.handoff().id();
    for (Handoff handoff : told) {
      boolean same = handoff.id().equals(id);
      if (ruling.confirmed()
          ? same && handoff.state() == LINKED
          : (same && handoff.state() == REJECTED) || id.equals(handoff.supersedes())) {
        return true;
      }
    }
    return false;
  }

  /**
   * What the stitcher told since the ruling, so that a confirmed handoff still says why it was
   * believed before: to the stitcher a confirmation is all there is.
   */
  static Handoff explained(Handoff told, Ruling.OnHandoff ruling) {
    boolean carriedOut =
        ruling.confirmed() && told.state() == LINKED && told.id().equals(ruling.handoff().id());
    return carriedOut ? confirmed(ruling.handoff(), told.supersedes(), ruling) : told;
  }

  /** The decisions that follow; empty when things stand that way already. */
  static List<Handoff> of(Ruling.OnHandoff ruling) {
    Handoff handoff = ruling.handoff();
    if (!ruling.confirmed()) {
      return handoff.state() == REJECTED ? List.of() : List.of(rejected(handoff, ruling));
    }
    List<Handoff> decisions = new ArrayList<>();
    Handoff standing = ruling.standing();
    if (standing != null && standing.state() == LINKED) {
      decisions.add(rejected(standing, ruling));
    }
    String before = handoff.state() == LINKED ? handoff.id() : null;
    decisions.add(confirmed(handoff, standing == null ? before : standing.id(), ruling));
    return decisions;
  }

  private static Handoff confirmed(Handoff handoff, @Nullable String supersedes, Ruling ruling) {
    List<Evidence> evidence = new ArrayList<>();
    double sum = 0;
    for (Evidence reason : handoff.evidence()) {
      if (!reason.kind().equals(Evidence.VERDICT)) {
        evidence.add(reason);
        sum += reason.weight();
      }
    }
    evidence.add(new Evidence(Evidence.VERDICT, "confirmed", ruling.author(), 0 - sum));
    return with(handoff, 1, LINKED, evidence, supersedes);
  }

  private static Handoff rejected(Handoff handoff, Ruling ruling) {
    return with(
        handoff,
        0,
        REJECTED,
        List.of(new Evidence(Evidence.VERDICT, "rejected", ruling.author(), 0)),
        handoff.state() == LINKED ? handoff.id() : null);
  }

  private static Handoff with(
      Handoff handoff,
      double confidence,
      Handoff.State state,
      List<Evidence> evidence,
      @Nullable String supersedes) {
    return new Handoff(
        handoff.id(),
        handoff.parent(),
        handoff.child(),
        handoff.keys(),
        confidence,
        state,
        evidence,
        handoff.rivals(),
        handoff.delayNanos(),
        "verdict",
        handoff.modelVersion(),
        supersedes);
  }
}
