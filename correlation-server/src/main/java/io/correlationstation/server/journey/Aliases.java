// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import static io.correlationstation.server.journey.KeyVocabulary.CIRCUIT_ID;
import static io.correlationstation.server.journey.KeyVocabulary.IDENTITY_KEYS;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jdbi.v3.core.Handle;

/**
 * Finds the circuits that an id leads to, over pairs of ids that were seen in one record.
 *
 * <p>One step leads from any id to a circuit. A second step is taken only over ids of one piece of
 * work (resource, request), and never over one that was seen with more than {@value #HUB} circuits:
 * such a value names a kind of thing.
 */
final class Aliases {

  static final int HUB = 20;

  private static final int MAX_NEIGHBOURS = 500;
  private static final Pattern TRACE_ID = Pattern.compile("[0-9a-f]{32}");

  /** An id, the key it is a value of, and when and where it was seen with its neighbour. */
  record Neighbour(String key, String value, long firstNanos, long lastNanos, String source) {}

  /**
   * Circuits of that id, the most recent first; empty when the id is not known.
   *
   * @param id as a person gave it, in any letter case
   */
  List<String> resolve(Handle handle, String id) {
    return KeyVocabulary.spellings(id).stream()
        .map(spelling -> resolveAsKept(handle, spelling))
        .filter(circuits -> !circuits.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static List<String> resolveAsKept(Handle handle, String id) {
    if (isCircuit(handle, id)) {
      return List.of(id);
    }
    List<String> circuits = circuitsOfTraceOrJourney(handle, traceId(id));
    if (!circuits.isEmpty()) {
      return circuits;
    }
    return List.copyOf(throughNeighbours(handle, id));
  }

  /** Circuits of that id, the most recent first; the id itself when it is not known. */
  List<String> resolveOrSelf(Handle handle, String id) {
    List<String> resolved = resolve(handle, id);
    return resolved.isEmpty() ? List.of(id) : resolved;
  }

  /** Keys that are asked for, as they are kept; a circuit's also through its aliases. */
  Map<String, List<String>> values(Handle handle, Map<String, String> keys) {
    Map<String, List<String>> values = new HashMap<>();
    keys.forEach(
        (name, value) -> {
          String clean = KeyVocabulary.clean(name, value);
          values.put(name, List.of(clean == null ? value : clean));
        });
    String circuit = keys.get(CIRCUIT_ID);
    if (circuit != null) {
      values.put(CIRCUIT_ID, resolveOrSelf(handle, circuit));
    }
    return values;
  }

  /** The id in the form of a trace id: lower case, and without the dashes of a UUID. */
  static String traceId(String id) {
    String digits = id.toLowerCase(Locale.ROOT).replace("-", "");
    return TRACE_ID.matcher(digits).matches() ? digits : id;
  }

  /** Other ids of that circuit, by key and value; ids of kinds are left out beyond one step. */
  List<Circuit.Alias> of(Handle handle, String circuitId) {
    Map<List<String>, Neighbour> found = new LinkedHashMap<>();
    List<Neighbour> direct = neighbours(handle, circuitId);
    direct.forEach(next -> found.put(List.of(next.key(), next.value()), next));
    List<String> steps =
        direct.stream()
            .filter(next -> IDENTITY_KEYS.contains(next.key()) && !next.key().equals(CIRCUIT_ID))
            .map(Neighbour::value)
            .toList();
    neighbours(handle, steps)
        .values()
        .forEach(
            second -> {
              if (circuitsAmong(second).size() <= 1) {
                second.stream()
                    .filter(next -> IDENTITY_KEYS.contains(next.key()))
                    .forEach(next -> found.putIfAbsent(List.of(next.key(), next.value()), next));
              }
            });
    return found.values().stream()
        .filter(next -> !next.key().equals(CIRCUIT_ID))
        .map(
            next ->
                new Circuit.Alias(
                    next.key(), next.value(), next.firstNanos(), next.lastNanos(), next.source()))
        .sorted(
            Comparator.comparing(Circuit.Alias::key)
                .thenComparing(Circuit.Alias::firstSeenNanos)
                .thenComparing(Circuit.Alias::value))
        .toList();
  }

  /**
   * The circuits of groups of fragments.
   *
   * @return group → circuits: those its own records name, else the one its other ids lead to
   */
  Map<Long, Set<String>> circuitsOf(Handle handle, Map<Long, List<FragmentRow>> groups) {
    Map<Long, Set<String>> circuits = new HashMap<>();
    Map<Long, Set<String>> otherIds = new HashMap<>();
    groups.forEach(
        (group, rows) -> {
          Set<String> named = valuesOf(rows, Set.of(CIRCUIT_ID));
          if (named.isEmpty()) {
            otherIds.put(group, valuesOf(rows, IDENTITY_KEYS));
          } else {
            circuits.put(group, named);
          }
        });
    Set<String> ids = new LinkedHashSet<>();
    otherIds.values().forEach(ids::addAll);
    Map<String, List<Neighbour>> known = neighbours(handle, List.copyOf(ids));
    otherIds.forEach(
        (group, ownIds) -> {
          Set<String> found = new TreeSet<>();
          ownIds.forEach(id -> found.addAll(circuitsAmong(known.getOrDefault(id, List.of()))));
          if (found.size() == 1) {
            circuits.put(group, found);
          }
        });
    return circuits;
  }

  private static Set<String> valuesOf(List<FragmentRow> rows, Set<String> keys) {
    Set<String> values = new TreeSet<>();
    for (FragmentRow row : rows) {
      for (String key : keys) {
        row.keys.addValues(key, values);
      }
    }
    return values;
  }

  private static boolean isCircuit(Handle handle, String id) {
    return handle
        .createQuery(
            """
            SELECT 1 FROM journey_circuits WHERE circuit_id = :id
            UNION ALL
            SELECT 1 FROM log_keys WHERE key_name = 'circuit_id' AND key_value = :id
            UNION ALL
            SELECT 1 FROM aliases WHERE key_a = 'circuit_id' AND value_a = :id
            LIMIT 1
            """)
        .bind("id", id)
        .mapTo(Integer.class)
        .findOne()
        .isPresent();
  }

  private static List<String> circuitsOfTraceOrJourney(Handle handle, String id) {
    return handle
        .createQuery(
            """
            SELECT j.circuits FROM journeys j
            JOIN fragments f ON f.journey = j.id
            WHERE f.trace_id IN (:id, :root)
            """)
        .bind("id", id)
        .bind("root", JourneyIds.rootTrace(id))
        .mapTo(String.class)
        .stream()
        .flatMap(circuits -> JsonColumn.list(circuits).stream())
        .distinct()
        .toList();
  }

  private static Set<String> throughNeighbours(Handle handle, String id) {
    List<Neighbour> direct = neighbours(handle, id);
    Set<String> circuits = circuitsAmong(direct);
    if (!circuits.isEmpty()) {
      return circuits;
    }
    List<String> steps =
        direct.stream()
            .filter(next -> IDENTITY_KEYS.contains(next.key()))
            .map(Neighbour::value)
            .toList();
    neighbours(handle, steps)
        .values()
        .forEach(
            second -> {
              Set<String> further = circuitsAmong(second);
              if (further.size() <= HUB) {
                circuits.addAll(further);
              }
            });
    return circuits;
  }

  private static Set<String> circuitsAmong(Collection<Neighbour> neighbours) {
    Set<String> circuits = new LinkedHashSet<>();
    for (Neighbour neighbour : neighbours) {
      if (neighbour.key().equals(CIRCUIT_ID)) {
        circuits.add(neighbour.value());
      }
    }
    return circuits;
  }

  private static List<Neighbour> neighbours(Handle handle, String value) {
    return neighbours(handle, List.of(value)).getOrDefault(value, List.of());
  }

  /** Value → what was seen with it, the most recent first, in the order of the values. */
  private static Map<String, List<Neighbour>> neighbours(Handle handle, List<String> values) {
    Map<String, List<Neighbour>> neighbours = new LinkedHashMap<>();
    values.forEach(value -> neighbours.put(value, new ArrayList<>()));
    for (List<String> chunk : Chunks.of(values)) {
      handle
          .createQuery(
              """
              SELECT value_a AS self, key_b AS name, value_b AS other, first_nanos, last_nanos,
                source
              FROM aliases WHERE value_a IN (<values>) AND retracted = 0
              UNION ALL
              SELECT value_b AS self, key_a AS name, value_a AS other, first_nanos, last_nanos,
                source
              FROM aliases WHERE value_b IN (<values>) AND retracted = 0
              ORDER BY last_nanos DESC, other LIMIT :limit
              """)
          .bindList("values", chunk)
          .bind("limit", MAX_NEIGHBOURS + chunk.size() * HUB)
          .map((result, context) -> Map.entry(result.getString("self"), neighbour(result)))
          .forEach(
              entry ->
                  neighbours
                      .computeIfAbsent(entry.getKey(), ignored -> new ArrayList<>())
                      .add(entry.getValue()));
    }
    return neighbours;
  }

  private static Neighbour neighbour(ResultSet result) throws SQLException {
    return new Neighbour(
        result.getString("name"),
        result.getString("other"),
        result.getLong("first_nanos"),
        result.getLong("last_nanos"),
        result.getString("source"));
  }
}
