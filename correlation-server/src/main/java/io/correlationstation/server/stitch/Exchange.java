// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/**
 * How likely it is that two children have each other's parent.
 *
 * <p>Sum-product is exact on trees. Where two children fit two calls, in either way, it goes round
 * in a circle and takes its own echo for evidence: with weights of 10 000, 10 000 and 5 000, 5 000
 * the right answer is four to one, and it says certain. So before a decision the child's likeliest
 * call {@code j} is compared with every other {@code k} by what both children do, the child {@code
 * i} and the one {@code l} that wants {@code k} most:
 *
 * <pre>
 *   P(i←k)     w(i,k)·f(k) · (w(l,j)·f(j) + r)
 *   ------  =  -------------------------------     f  how free the call is of others than the two
 *   P(i←j)     w(i,j)·f(j) · (w(l,k)·f(k) + r)     r  all that l can do without either
 * </pre>
 *
 * <p>The ratio is at most {@code w(i,k)/w(i,j)·(1+m)²}, m being how much others want j: where that
 * is next to nothing it is not looked for. Where l does not fit j this is what sum-product says.
 * Circles of three are left as they are. Source of the fault: Chertkov and Yedidia, "Approximating
 * the permanent with fractional belief propagation" (JMLR 2013).
 */
final class Exchange {

  private static final double NEGLIGIBLE = 1e-4;

  private Exchange() {}

  /**
   * Puts right the probabilities that sum-product gave the candidates.
   *
   * @param orphan the probability of having no parent
   */
  static void allowFor(Child child, double[] probability, double orphan) {
    Candidates own = child.candidates;
    int best = likeliest(own, probability);
    if (best < 0 || probability[best] <= 0) {
      return;
    }
    double most = probability[best];
    double total = 1 + orphan / most;
    double wanted = 1 + Math.max(0, own.slots[best].load - own.message[best]);
    double least = NEGLIGIBLE * own.weight[best] / (wanted * wanted);
    for (int k = 0; k < own.count; k++) {
      double without = probability[k] / most;
      boolean hopeless = k == best || own.weight[k] < least;
      double ratio = hopeless ? without : ratio(child, best, k, without);
      probability[k] = ratio;
      total += k == best ? 0 : ratio;
    }
    for (int k = 0; k < own.count; k++) {
      probability[k] /= total;
    }
  }

  private static int likeliest(Candidates own, double[] probability) {
    int best = -1;
    for (int i = 0; i < own.count; i++) {
      if (best < 0 || probability[i] > probability[best]) {
        best = i;
      }
    }
    return best;
  }

  private static double ratio(Child child, int best, int other, double without) {
    Candidates own = child.candidates;
    Slot first = own.slots[best];
    Slot second = own.slots[other];
    Child rival = second.favourite;
    if (rival == null || rival == child || second == first || own.weight[other] <= 0) {
      return without;
    }
    Candidates theirs = rival.candidates;
    int toFirst = find(theirs, first);
    int toSecond = toFirst < 0 ? -1 : find(theirs, second);
    if (toSecond < 0) {
      return without;
    }
    double rest = 1 + theirs.burstWeight;
    for (int i = 0; i < theirs.count; i++) {
      if (i != toFirst && i != toSecond) {
        rest += theirs.weight[i] * Matcher.free(theirs, i);
      }
    }
    double firstFree = free(first, own.message[best] + theirs.message[toFirst]);
    double secondFree = free(second, own.message[other] + theirs.message[toSecond]);
    double exchanged = own.weight[other] * secondFree * (theirs.weight[toFirst] * firstFree + rest);
    double kept = own.weight[best] * firstFree * (theirs.weight[toSecond] * secondFree + rest);
    return Math.max(without, exchanged / kept);
  }

  private static int find(Candidates among, @Nullable Slot slot) {
    for (int i = 0; i < among.count; i++) {
      if (among.slots[i] == slot) {
        return i;
      }
    }
    return -1;
  }

  private static double free(Slot slot, double ofTheTwo) {
    return 1 / (1 + Math.max(0, slot.load - ofTheTwo));
  }
}
