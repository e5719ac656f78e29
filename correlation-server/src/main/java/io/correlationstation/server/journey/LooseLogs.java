// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.KeyVocabulary.CIRCUIT_ID;
import static io.correlationstation.server.journey.KeyVocabulary.IDENTITY_KEYS;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Logs without a trace id, joined to journeys by key and time.
 *
 * <p>A record may belong to a journey when it lies within it or at most {@code slack} away and no
 * key that both carry differs. What it shares says how likely that is, as in stitching: a match
 * weighs the more the more specific the key, and less the farther away the record lies. With the
 * weight of "of none of them" as 1:
 *
 * <pre>
 *   P(journey) = weight / (1 + sum of all weights)
 *   weight     = 1 000 for each request or resource shared, 50 for the circuit, 5 by alias only,
 *                times exp(-3 × distance / slack)
 * </pre>
 *
 * <p>Below {@value #ABSTAIN_BELOW} no journey gets it: it is shown as unclaimed.
 */
final class LooseLogs {

  static final double ABSTAIN_BELOW = 0.5;

  private static final int MAX_LOOSE_LOGS = 1_000;
  private static final double SPECIFIC_KEY = 1_000;
  private static final double CIRCUIT_KEY = 50;
  private static final double ALIAS_ONLY = 5;

  private final Map<LogLine, Map<String, String>> keysOfLog;
  private final long slackNanos;
  private final List<LogLine> unclaimed = new ArrayList<>();

  private LooseLogs(Map<LogLine, Map<String, String>> keysOfLog, Duration slack) {
    this.keysOfLog = keysOfLog;
    this.slackNanos = slack.toNanos();
  }

  /** The newest loose logs of a circuit and of the ids of its work. */
  static LooseLogs ofCircuit(
      Handle handle,
      String circuitId,
      Collection<Circuit.Alias> aliases,
      Collection<Journey> journeys,
      Duration slack) {
    Map<String, Set<String>> ids = identities(journeys);
    ids.computeIfAbsent(CIRCUIT_ID, ignored -> new HashSet<>()).add(circuitId);
    for (Circuit.Alias alias : aliases) {
      if (IDENTITY_KEYS.contains(alias.key())) {
        ids.computeIfAbsent(alias.key(), ignored -> new HashSet<>()).add(alias.value());
      }
    }
    return new LooseLogs(load(handle, ids, Long.MIN_VALUE, Long.MAX_VALUE), slack);
  }

  /** The loose logs that lie around one journey. */
  static LooseLogs ofJourney(Handle handle, Journey journey, Duration slack) {
    Map<String, Set<String>> ids = identities(List.of(journey));
    ids.computeIfAbsent(CIRCUIT_ID, ignored -> new HashSet<>()).addAll(journey.circuitIds());
    return new LooseLogs(
        load(
            handle,
            ids,
            journey.startNanos() - slack.toNanos(),
            journey.endNanos() + slack.toNanos()),
        slack);
  }

  /** The journeys, each with the loose logs that belong to it. */
  List<Journey> join(List<Journey> journeys) {
    Map<String, List<LogLine>> claimed = new HashMap<>();
    keysOfLog.forEach(
        (log, keys) -> {
          Owner owner = owner(log, keys, journeys);
          if (owner == null) {
            unclaimed.add(log);
          } else {
            claimed
                .computeIfAbsent(owner.journey.id(), ignored -> new ArrayList<>())
                .add(log.joined(owner.join));
          }
        });
    return journeys.stream()
        .map(journey -> with(journey, claimed.getOrDefault(journey.id(), List.of())))
        .toList();
  }

  /**
   * What no journey claimed, as one of its own; null when there is nothing. Call after {@link
   * #join}.
   *
   * @param olderJourneys whether there are journeys that were not asked, so that logs before the
   *     shown ones are left out
   * @param quietSince whether nothing counts as still to come after a record of that time
   */
  @Nullable Journey unclaimed(String circuitId, boolean olderJourneys, LongPredicate quietSince) {
    if (unclaimed.isEmpty() || olderJourneys) {
      return null;
    }
    List<LogLine> sorted = unclaimed.stream().sorted(FragmentQueries.LOG_ORDER).toList();
    long end = sorted.get(sorted.size() - 1).timeNanos();
    return new Journey(
        JourneyIds.unclaimedLogs(circuitId),
        List.of(circuitId),
        sorted.get(0).timeNanos(),
        end,
        quietSince.test(end) ? Journey.State.COMPLETED : Journey.State.RUNNING,
        null,
        List.of(),
        List.of(),
        sorted.stream().filter(log -> !log.event()).toList(),
        sorted.stream().filter(LogLine::event).toList(),
        sorted.size() >= MAX_LOOSE_LOGS);
  }

  /** The likeliest journey of a record and why; null when none is likely enough. */
  private @Nullable Owner owner(LogLine log, Map<String, String> keys, List<Journey> journeys) {
    double all = 1;
    double best = 0;
    Journey likeliest = null;
    for (Journey journey : journeys) {
      double weight = weight(keys, identities(List.of(journey)), distance(log, journey));
      all += weight;
      if (weight > best) {
        best = weight;
        likeliest = journey;
      }
    }
    if (likeliest == null || best / all < ABSTAIN_BELOW) {
      return null;
    }
    String by = mostSpecific(keys, identities(List.of(likeliest)));
    return new Owner(likeliest, new LogJoin(by, best / all));
  }

  private record Owner(Journey journey, LogJoin join) {}

  /** Nanoseconds between a record and a journey; 0 within it. */
  private static long distance(LogLine log, Journey journey) {
    long before = journey.startNanos() - log.timeNanos();
    long after = log.timeNanos() - journey.endNanos();
    return Math.max(0, Math.max(before, after));
  }

  /** Weight against belonging elsewhere; 0 when it is too far away or a key differs. */
  private double weight(Map<String, String> keys, Map<String, Set<String>> known, long distance) {
    if (distance > slackNanos) {
      return 0;
    }
    double weight = 1;
    for (Map.Entry<String, String> key : keys.entrySet()) {
      Set<String> values = known.get(key.getKey());
      if (values != null && IDENTITY_KEYS.contains(key.getKey())) {
        if (!values.contains(key.getValue())) {
          return 0;
        }
        weight *= key.getKey().equals(CIRCUIT_ID) ? CIRCUIT_KEY : SPECIFIC_KEY;
      }
    }
    return Math.max(weight, ALIAS_ONLY) * Math.exp(-3.0 * distance / Math.max(1, slackNanos));
  }

  private static String mostSpecific(Map<String, String> keys, Map<String, Set<String>> known) {
    for (String name : List.of("request_id", "resource_id", CIRCUIT_ID)) {
      if (keys.containsKey(name) && known.containsKey(name)) {
        return name;
      }
    }
    return "alias";
  }

  private static Journey with(Journey journey, List<LogLine> added) {
    if (added.isEmpty()) {
      return journey;
    }
    return new Journey(
        journey.id(),
        journey.circuitIds(),
        journey.startNanos(),
        journey.endNanos(),
        journey.state(),
        journey.defectCode(),
        journey.fragments(),
        journey.links(),
        merge(journey.logs(), added.stream().filter(log -> !log.event()).toList()),
        merge(journey.events(), added.stream().filter(LogLine::event).toList()),
        journey.logsTruncated());
  }

  private static List<LogLine> merge(List<LogLine> some, List<LogLine> others) {
    List<LogLine> all = new ArrayList<>(some);
    all.addAll(others);
    all.sort(FragmentQueries.LOG_ORDER);
    return all;
  }

  private static Map<String, Set<String>> identities(Collection<Journey> journeys) {
    Map<String, Set<String>> ids = new TreeMap<>();
    for (Journey journey : journeys) {
      for (Fragment fragment : journey.fragments()) {
        fragment
            .keys()
            .forEach(
                (name, values) -> {
                  if (IDENTITY_KEYS.contains(name)) {
                    ids.computeIfAbsent(name, ignored -> new HashSet<>()).addAll(values);
                  }
                });
      }
    }
    return ids;
  }

  private static Map<LogLine, Map<String, String>> load(
      Handle handle, Map<String, Set<String>> ids, long fromNanos, long toNanos) {
    Map<LogLine, Map<String, String>> keysOfLine = new LinkedHashMap<>();
    ids.forEach(
        (name, values) ->
            Chunks.of(values)
                .forEach(chunk -> loadLines(handle, name, chunk, fromNanos, toNanos, keysOfLine)));
    return keysOfLine;
  }

  private static void loadLines(
      Handle handle,
      String name,
      List<String> values,
      long fromNanos,
      long toNanos,
      Map<LogLine, Map<String, String>> keysOfLine) {
    handle
        .createQuery(
            """
            SELECT l.* FROM log_keys k
            JOIN logs l ON l.fragment = :none AND l.time_nanos = k.time_nanos AND l.id = k.log_id
            WHERE k.key_name = :name AND k.key_value IN (<values>)
              AND k.time_nanos BETWEEN :from AND :to
            ORDER BY k.time_nanos DESC LIMIT :limit
            """)
        .bind("none", LogTable.NO_FRAGMENT)
        .bind("name", name)
        .bindList("values", values)
        .bind("from", fromNanos)
        .bind("to", toNanos)
        .bind("limit", MAX_LOOSE_LOGS)
        .map(
            (result, context) ->
                Map.entry(
                    FragmentQueries.logLine(result, null),
                    JsonColumn.texts(result.getString("key_values"))))
        .forEach(log -> keysOfLine.put(log.getKey(), log.getValue()));
  }
}
