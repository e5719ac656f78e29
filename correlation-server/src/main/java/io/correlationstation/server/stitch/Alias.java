// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * Two key values that belong together because records carried both.
 *
 * @param firstNanos event time of the earliest such record
 * @param lastNanos event time of the latest
 * @param source provenance of the first sighting
 * @param sightings how many records carried both
 */
public record Alias(
    String key,
    String value,
    String otherKey,
    String otherValue,
    long firstNanos,
    long lastNanos,
    String source,
    long sightings) {}
