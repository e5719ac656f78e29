// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.otlp.Rejected;

/**
 * What became of the items of a request.
 *
 * @param items how many were stored, now or when the same request came before
 * @param echo as in {@link Submission}
 * @param repeatable whether the same request, when it comes again, is the same event
 * @param duplicate whether the same request came before, so that nothing was stored now
 */
record Outcome(int items, Rejected rejected, String echo, boolean repeatable, boolean duplicate) {

  Outcome again() {
    return new Outcome(items, rejected, echo, repeatable, true);
  }
}
