// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Findings.AliasPair;
import io.correlationstation.server.journey.Findings.AliasTimes;
import io.correlationstation.server.stitch.Ruling;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/** Statements that change aliases. */
final class AliasTable {

  private static final ListQuery WITH_CIRCUIT =
      new ListQuery(
          """
          SELECT value_b FROM aliases
          WHERE key_a = 'circuit_id' AND key_b = ? AND value_b IN (<values>) AND retracted = 0
          """);

  private AliasTable() {}

  /** Returns the traces that a new pair may lead to a circuit. */
  static Set<String> save(Handle handle, Map<AliasPair, AliasTimes> aliases) {
    Map<String, Set<String>> unknown = new HashMap<>();
    for (AliasPair pair : aliases.keySet()) {
      if (pair.keyA().equals(KeyVocabulary.CIRCUIT_ID)
          && KeyVocabulary.IDENTITY_KEYS.contains(pair.keyB())) {
        unknown.computeIfAbsent(pair.keyB(), ignored -> new HashSet<>()).add(pair.valueB());
      }
    }
    unknown.forEach((key, values) -> values.removeAll(withCircuit(handle, key, values)));
    RowBatch batch =
        new RowBatch(
            handle,
            """
            INSERT INTO aliases (key_a, value_a, key_b, value_b, first_nanos, last_nanos, source)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (value_a, key_a, key_b, value_b) DO UPDATE SET
              first_nanos = CASE WHEN excluded.first_nanos < aliases.first_nanos
                THEN excluded.first_nanos ELSE aliases.first_nanos END,
              last_nanos = CASE WHEN excluded.last_nanos > aliases.last_nanos
                THEN excluded.last_nanos ELSE aliases.last_nanos END
            """);
    aliases.forEach(
        (pair, times) ->
            batch.add(
                pair.keyA(),
                pair.valueA(),
                pair.keyB(),
                pair.valueB(),
                times.firstNanos,
                times.lastNanos,
                times.source()));
    batch.execute();
    Set<String> affected = new LinkedHashSet<>();
    unknown.forEach(
        (key, values) -> affected.addAll(FragmentTable.tracesWith(handle, key, values)));
    return affected;
  }

  /** Those of the values that were seen together with a circuit before. */
  private static Set<String> withCircuit(Handle handle, String key, Set<String> values) {
    Set<String> known = new HashSet<>();
    WITH_CIRCUIT.forEach(handle, values, result -> known.add(result.getString(1)), key);
    return known;
  }

  /** Takes a pair out; returns the traces that it may have led to a circuit. */
  static Set<String> retract(Handle handle, Ruling.OnAlias alias) {
    AliasPair pair =
        AliasPair.of(
            entry(alias.key(), alias.value()), entry(alias.otherKey(), alias.otherValue()));
    handle
        .createUpdate(
            """
            INSERT INTO aliases (key_a, value_a, key_b, value_b, first_nanos, last_nanos, retracted)
            VALUES (:key_a, :value_a, :key_b, :value_b, :time, :time, 1)
            ON CONFLICT (value_a, key_a, key_b, value_b) DO UPDATE SET retracted = 1
            """)
        .bind("key_a", pair.keyA())
        .bind("value_a", pair.valueA())
        .bind("key_b", pair.keyB())
        .bind("value_b", pair.valueB())
        .bind("time", alias.timeNanos())
        .execute();
    Set<String> traces = new LinkedHashSet<>();
    traces.addAll(FragmentTable.tracesWith(handle, pair.keyA(), Set.of(pair.valueA())));
    traces.addAll(FragmentTable.tracesWith(handle, pair.keyB(), Set.of(pair.valueB())));
    return traces;
  }

  private static Map.Entry<String, String> entry(String key, String value) {
    String clean = KeyVocabulary.clean(key, value);
    return Map.entry(key, clean == null ? value : clean);
  }
}
