// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

/**
 * Why a log record without trace id is taken to belong to a journey.
 *
 * @param by the most specific key that both carry
 * @param confidence probability that this journey is the right one, 0 to 1
 */
public record LogJoin(String by, double confidence) {}
