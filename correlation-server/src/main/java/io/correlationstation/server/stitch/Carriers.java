// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Calls by what they handed over, such as the id of a message: who takes it up names it too, and no
 * second message should have it. One that calls of several traces name, such as a number that each
 * connection counts anew, finds nobody.
 *
 * <p>It says who called, not what the work is about: a trace that takes one message up and sends
 * another carries both, in opposite roles. So a carrier is compared between a call and a root only,
 * never between traces, as keys are.
 */
final class Carriers {

  /** Logarithm of how much a shared carrier says; two that differ exclude one another. */
  static final double SAME = Math.log(1e5);

  private final Map<String, Calls> calls = new HashMap<>();

  /** The calls that name one carrier. */
  private static final class Calls {
    private @Nullable Exit newest;
    private int count;

    /** Traces that have nothing to do with one another name it: it is no message's own. */
    private boolean ambiguous;
  }

  void add(Exit exit) {
    if (exit.carrier() == null) {
      return;
    }
    Calls same = calls.computeIfAbsent(exit.carrier(), k -> new Calls());
    same.ambiguous |= same.newest != null && same.newest.fragment != exit.fragment;
    same.newest = exit;
    same.count++;
  }

  void remove(Exit exit) {
    Calls same = exit.carrier() == null ? null : calls.get(exit.carrier());
    if (same == null) {
      return;
    }
    if (same.newest == exit) {
      same.newest = null;
    }
    if (--same.count == 0) {
      calls.remove(exit.carrier());
    }
  }

  /** The call that handed over what the root took up; null when none does, or none alone. */
  @Nullable Exit handedOver(Child child) {
    Calls same = child.carrier == null ? null : calls.get(child.carrier);
    return same == null || same.ambiguous ? null : same.newest;
  }

  static boolean same(Child child, Exit exit) {
    return child.carrier != null && child.carrier.equals(exit.carrier());
  }

  static boolean differ(Child child, Exit exit) {
    return child.carrier != null && exit.carrier() != null && !child.carrier.equals(exit.carrier());
  }
}
