// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static java.util.Objects.requireNonNull;

import io.correlationstation.correlation.CorrelationKey;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Settings of the journey store and its reader.
 *
 * @param jdbcUrl {@code jdbc:sqlite:<file>}; any other database goes through the same statements
 * @param correlationKeys the keys that join, in the order in which they are shown
 * @param aliasKeys further names that lead to a circuit when looked up but join nothing
 * @param observers services that watch the work and take no part in it; their spans are found by
 *     trace id only
 * @param maxBatchFrames frames per transaction, at least 1
 * @param retention how long a journey is kept after its last record
 * @param maxFragments the oldest fragments beyond this number are forgotten
 * @param maxLogs the oldest log records beyond this number are forgotten
 * @param quiet a journey that received nothing for this long is no longer running
 * @param abandonAfter how long a fragment without its root counts as still running
 * @param logSlack how far before and after a journey a log without trace id may lie to belong to it
 */
public record JourneyConfig(
    String jdbcUrl,
    List<String> correlationKeys,
    List<String> aliasKeys,
    Set<String> observers,
    int maxBatchFrames,
    Duration retention,
    int maxFragments,
    int maxLogs,
    Duration quiet,
    Duration abandonAfter,
    Duration logSlack) {

  public JourneyConfig {
    requireNonNull(jdbcUrl, "jdbcUrl");
    correlationKeys = List.copyOf(correlationKeys);
    aliasKeys = List.copyOf(aliasKeys);
    observers = Set.copyOf(observers);
    requirePositive("maxBatchFrames", maxBatchFrames);
    requirePositive("retention", retention);
    requirePositive("maxFragments", maxFragments);
    requirePositive("maxLogs", maxLogs);
    requirePositive("quiet", quiet);
    requirePositive("abandonAfter", abandonAfter);
    requirePositive("logSlack", logSlack);
    if (!correlationKeys.contains("circuit_id")) {
      throw new IllegalArgumentException("correlationKeys lack circuit_id: " + correlationKeys);
    }
  }

  /** Defaults, with the database {@code journeys.db} in that folder, which must exist. */
  public static JourneyConfig inDirectory(Path directory) {
    return new JourneyConfig(
        "jdbc:sqlite:" + directory.resolve("journeys.db"),
        CorrelationKey.DEFAULTS.stream().map(CorrelationKey::name).toList(),
        List.of("order_id", "provider_resource_id", "tid"),
        Set.of("correlation-server", "mdso-log-collector"),
        1_024,
        Duration.ofDays(7),
        1_000_000,
        5_000_000,
        Duration.ofSeconds(10),
        Duration.ofMinutes(10),
        Duration.ofSeconds(60));
  }

  /** The same with another age at which journeys are forgotten. */
  public JourneyConfig withRetention(Duration newRetention) {
    return new JourneyConfig(
        jdbcUrl,
        correlationKeys,
        aliasKeys,
        observers,
        maxBatchFrames,
        newRetention,
        maxFragments,
        maxLogs,
        quiet,
        abandonAfter,
        logSlack);
  }

  /** The same with other bounds on what is kept. */
  public JourneyConfig withBounds(int newMaxFragments, int newMaxLogs) {
    return new JourneyConfig(
        jdbcUrl,
        correlationKeys,
        aliasKeys,
        observers,
        maxBatchFrames,
        retention,
        newMaxFragments,
        newMaxLogs,
        quiet,
        abandonAfter,
        logSlack);
  }

  /** What makes a span one of work on a circuit. */
  public List<String> attributeNames() {
    return FrameScan.attributeNames(vocabulary());
  }

  KeyVocabulary vocabulary() {
    return new KeyVocabulary(correlationKeys, aliasKeys);
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " <= 0: " + value);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " <= 0: " + value);
    }
  }
}
