// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

/**
 * How long an acknowledgement waits while the journal fills: nothing up to four fifths, then longer
 * and longer, a second where intake is refused. Every sender waits, whoever filled it.
 */
final class SoftLimit {

  private static final double STARTS_AT = 0.8;
  private static final long MAX_MILLIS = 1000;

  private SoftLimit() {}

  /**
   * @param fullness of the journal: 0 when empty, 1 where intake is refused
   */
  static long delayMillis(double fullness) {
    double above = (fullness - STARTS_AT) / (1 - STARTS_AT);
    return above <= 0 ? 0 : Math.max(1, Math.round(Math.min(1, above) * MAX_MILLIS));
  }
}
