// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.Comparator;

/**
 * Why a span says that it failed. The least names the trace and the journey: a cause before what
 * only says that something else failed, as times of one second do not tell which came first; then
 * the earlier one.
 *
 * @param nanos when the span ended
 */
record Defect(String code, long nanos, boolean consequence) implements Comparable<Defect> {

  private static final Comparator<Defect> ORDER =
      Comparator.comparing(Defect::consequence)
          .thenComparingLong(Defect::nanos)
          .thenComparing(Defect::code);

  @Override
  public int compareTo(Defect other) {
    return ORDER.compare(this, other);
  }
}
