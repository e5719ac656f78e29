// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * One reason for or against a handoff.
 *
 * @param kind {@code key}, {@code alias}, {@code delay}, {@code direction}, {@code topology},
 *     {@code carrier}, {@code competition}, {@code trace}, {@code doubt}, {@code verdict}
 * @param key what was compared, such as {@code resource_id} or {@code delay_ms}
 * @param value the value both sides share, or the measured value
 * @param weight natural logarithm of the likelihood ratio it adds; negative when it speaks against
 */
public record Evidence(String kind, String key, String value, double weight) {

  /** A person said so. */
  public static final String VERDICT = "verdict";
}
