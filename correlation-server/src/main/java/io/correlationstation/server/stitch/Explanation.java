// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;

/**
 * Why one candidate got its probability: the factors of its weight as {@link Evidence}.
 *
 * <p>The weights are logarithms whose sum is the logarithm of the confidence, so that anybody can
 * recompute it from what is stored:
 *
 * <pre>
 *   carrier      the call handed over what the root took up, such as a message of one id
 *   key, alias   how much rarer the shared value is than chance; negative for a differing weak key.
 *                Only the most specific counts, others that are shared stand by without weight
 *   topology     odds that a call of this kind hands on to work of that kind
 *   delay        density of this delay and of both durations, per second; beside it, without weight,
 *                the median that was learnt and from how many handoffs
 *   direction    whether the order of the two starts is credible, clocks corrected
 *   competition  how rare such work is without parent, what else was possible, who else wants the call
 *   trace        other spans of the same trace that would explain it as well
 *   doubt        other kinds of calls explain such work about as well: no more confidence than that
 * </pre>
 */
final class Explanation {

  private final List<Evidence> evidence = new ArrayList<>();
  private final Keys keys;
  private String method = "time";

  Explanation(Keys keys) {
    this.keys = keys;
  }

  List<Evidence> evidence() {
    return evidence;
  }

  String method() {
    return method;
  }

  /** A person's word stands for itself. */
  void confirmed(String author) {
    evidence.clear();
    evidence.add(new Evidence(Evidence.VERDICT, "confirmed", author, 0));
    method = Evidence.VERDICT;
  }

  void rejected(String author) {
    evidence.add(new Evidence(Evidence.VERDICT, "rejected", author, 0));
    method = Evidence.VERDICT;
  }

  void explain(Child child, int index, double probability, double traceProbability) {
    Exit exit = child.candidates.exits[index];
    EdgeModel edge = child.candidates.edges[index];
    double sum = explainKeys(child, exit, child.candidates.keyWeight(index));
    sum += add("topology", "share", format(edge.share), Math.log(edge.odds));
    double density = child.candidates.density(index);
    double millis = (child.startNanos - exit.startNanos) * 1e-6;
    sum += add("delay", "delay_ms", format(millis), Math.log(density));
    if (edge.delay.total() >= 0.5) {
      add("delay", "learnt_median_ms", format(edge.delay.medianSeconds() * 1e3), 0);
      add("delay", "learnt_from", format(edge.delay.total()), 0);
    }
    double clocks = Skew.between(exit.type.service, child.type.service) * 1e3;
    sum +=
        add(
            "direction",
            "clock_offset_ms",
            format(clocks),
            Math.log(Timing.direction(exit, child)));
    double free = Matcher.free(child.candidates, index);
    add("competition", "free", format(free), Math.log(probability) - sum);
    if (traceProbability > probability) {
      add(
          "trace",
          "other_spans",
          format(traceProbability - probability),
          Math.log(traceProbability / probability));
    }
    double all = Math.max(probability, traceProbability);
    double most = Decisions.atMost(child, index);
    if (most < all) {
      add("doubt", "at_most", format(most), Math.log(most / all));
    }
  }

  private double explainKeys(Child child, Exit exit, double total) {
    double left = total;
    if (Carriers.same(child, exit)) {
      method = "carrier";
      left -= add("carrier", "message_id", String.valueOf(exit.carrier()), Carriers.SAME);
    }
    KeyMatch matched = null;
    List<KeyMatch> others = new ArrayList<>(0);
    for (int key = 0; key < keys.count(); key++) {
      KeyMatch match = KeyMatch.of(child.fragment.keySet, exit.fragment.keySet, key);
      if (match.same() && matched == null) {
        matched = match;
      } else if (match.same()) {
        others.add(match);
      } else if (match.differs() && !keys.spec(key).strong()) {
        left -= add("key", keys.spec(key).name(), "differs", CandidateSearch.WEAK_MISMATCH);
      } else if (match.differs()) {
        left -= add("alias", keys.spec(key).name(), "differs", CandidateSearch.DERIVED_MISMATCH);
      }
    }
    if (matched != null) {
      String name = keys.spec(matched.shared().key).name();
      if (!method.equals("carrier")) {
        method = name + "_match";
      }
      left -= add(matched, left);
    }
    others.forEach(match -> add(match, 0));
    return total - left; // what is left without a match is rounding: the competition takes it
  }

  private double add(KeyMatch match, double weight) {
    KeyValue shared = match.shared();
    String name = keys.spec(shared.key).name();
    return add(match.derived() ? "alias" : "key", name, shared.value, weight);
  }

  private double add(String kind, String key, String value, double weight) {
    evidence.add(new Evidence(kind, key, value, weight));
    return weight;
  }

  private static String format(double value) {
    return Digits.four(value);
  }
}
