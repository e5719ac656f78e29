// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * What it says for a link that a trace carries keys. Where most work concerns no order, the roots
 * that have a parent and the calls that have a callee elsewhere are those of orders, and carry
 * keys; a rate or share taken over all traces would drown them.
 *
 * <p>That a trace carries none says nothing: keys get lost, and links without keys are found less
 * often than there are.
 */
final class KeyedShare {

  /** Items' worth of supposing that keys tell nothing. */
  private static final double PRIOR_ITEMS = 5;

  private static final double MOST_TELLING = 100;

  private double withKeys = 1;

  /**
   * Compares those that are linked with others; each number with keys is part of the one before it.
   *
   * @param others those that are not linked, or all there are
   * @param usual share with keys that stands in while little is known
   */
  void fit(double linked, double keyedLinked, double others, double keyedOthers, double usual) {
    double ratio = share(keyedLinked, linked, usual) / share(keyedOthers, others, usual);
    withKeys = ratio > 1 ? Math.min(MOST_TELLING, ratio) : 1; // also when nothing carries keys
  }

  private static double share(double keyed, double all, double usual) {
    return (keyed + PRIOR_ITEMS * usual) / (all + PRIOR_ITEMS);
  }

  /** How much likelier a link is for what a trace carries, at least 1. */
  double telling(boolean keyed) {
    return keyed ? withKeys : 1;
  }
}
