// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls by what they handed over, such as the id of a message: who takes it up names it too, and no
 * second message has it.
 *
 * <p>It says who called, not what the work is about: a trace that takes one message up and sends
 * another carries both, in opposite roles. So a carrier is compared between a call and a root only,
 * never between traces, as keys are.
 */
final class Carriers {

  /** Logarithm of how much a shared carrier says; two that differ exclude one another. */
  static final double SAME = Math.log(1e5);

  private final Map<String, Exit> exits = new HashMap<>();

  void add(Exit exit) {
    if (exit.carrier() != null) {
      exits.put(exit.carrier(), exit);
    }
  }

  void remove(Exit exit) {
    if (exit.carrier() != null) {
      exits.remove(exit.carrier(), exit);
    }
  }

  /** The call that handed over what the root took up; null when neither says so. */
  @Nullable Exit handedOver(Child child) {
    String carrier = child.carrier();
    return carrier == null ? null : exits.get(carrier);
  }

  static boolean same(Child child, Exit exit) {
    String carrier = child.carrier();
    return carrier != null && carrier.equals(exit.carrier());
  }

  static boolean differ(Child child, Exit exit) {
    String carrier = child.carrier();
    return carrier != null && exit.carrier() != null && !carrier.equals(exit.carrier());
  }
}
