// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Page.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Lists correlation records. Thread-safe; every answer is a snapshot. */
final class CorrelationQueries {

  private final Jdbi jdbi;
  private final Aliases aliases;

  CorrelationQueries(Jdbi jdbi, Aliases aliases) {
    this.jdbi = jdbi;
    this.aliases = aliases;
  }

  Page<Correlation> correlations(CorrelationFilter filter, int limit, @Nullable Position after) {
    return jdbi.inTransaction(
        handle -> {
          Conditions where = new Conditions();
          where.after("f.start_nanos", "f.trace_id", after);
          where.fragments(filter, aliases.values(handle, filter.keys()));
          List<String> traceIds =
              where
                  .bind(
                      handle.createQuery(
                          "SELECT f.trace_id FROM fragments f"
                              + where.sql()
                              + " ORDER BY f.start_nanos DESC, f.trace_id DESC LIMIT :limit"))
                  .bind("limit", limit + 1)
                  .mapTo(String.class)
                  .list();
          return correlationPage(handle, traceIds, limit);
        });
  }

  private static Page<Correlation> correlationPage(
      Handle handle, List<String> traceIds, int limit) {
    boolean more = traceIds.size() > limit;
    List<Fragment> fragments =
        FragmentQueries.byTrace(handle, more ? traceIds.subList(0, limit) : traceIds);
    List<Link> links =
        FragmentQueries.links(handle, fragments.stream().map(Fragment::traceId).toList());
    Map<String, List<Link>> linksOfTrace = new HashMap<>();
    for (Link link : links) {
      linksOfTrace
          .computeIfAbsent(link.handoff().child().traceId(), ignored -> new ArrayList<>())
          .add(link);
      linksOfTrace
          .computeIfAbsent(link.handoff().parent().traceId(), ignored -> new ArrayList<>())
          .add(link);
    }
    List<Correlation> items =
        fragments.stream()
            .map(
                fragment ->
                    new Correlation(
                        fragment, linksOfTrace.getOrDefault(fragment.traceId(), List.of())))
            .toList();
    return new Page<>(items, more ? position(fragments.get(fragments.size() - 1)) : null);
  }

  private static Position position(Fragment fragment) {
    return new Position(fragment.startNanos(), fragment.traceId());
  }
}
