// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.journey.Page.Position;
import io.correlationstation.server.stitch.Handoff;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Answers questions about handoffs and what persons said of them. Thread-safe. */
final class HandoffQueries {

  private final Jdbi jdbi;
  private final Aliases aliases;

  HandoffQueries(Jdbi jdbi, Aliases aliases) {
    this.jdbi = jdbi;
    this.aliases = aliases;
  }

  Page<Link> links(LinkFilter filter, int limit, @Nullable Position after) {
    return jdbi.inTransaction(
        handle -> {
          Conditions where = new Conditions();
          where.after("h.child_nanos", "h.id", after);
          where.links(filter, aliases.values(handle, filter.keys()));
          List<Link> links =
              where
                  .bind(
                      handle.createQuery(
                          "SELECT h.document, h.superseded_by FROM handoffs h"
                              + where.sql()
                              + " ORDER BY h.child_nanos DESC, h.id DESC LIMIT :limit"))
                  .bind("limit", limit + 1)
                  .map((result, context) -> FragmentQueries.link(result))
                  .list();
          boolean more = links.size() > limit;
          List<Link> items = more ? links.subList(0, limit) : links;
          return new Page<>(items, more ? position(items.get(limit - 1)) : null);
        });
  }

  private static Position position(Link link) {
    return new Position(link.handoff().child().startNanos(), link.handoff().id());
  }

  @Nullable Link link(String id) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT document, superseded_by FROM handoffs WHERE id = :id")
                .bind("id", id)
                .map((result, context) -> FragmentQueries.link(result))
                .findOne()
                .orElse(null));
  }

  /** What stands for the child of that handoff, if it is another one; or null. */
  @Nullable Handoff standingInsteadOf(Handoff handoff) {
    return jdbi.withHandle(
        handle ->
            FragmentQueries.links(handle, List.of(handoff.child().traceId())).stream()
                .filter(link -> link.state() != Handoff.State.REJECTED)
                .map(Link::handoff)
                .filter(other -> other.child().spanId().equals(handoff.child().spanId()))
                .filter(other -> other.child().traceId().equals(handoff.child().traceId()))
                .filter(other -> !other.id().equals(handoff.id()))
                .findFirst()
                .orElse(null));
  }

  List<VerdictEntry> verdicts(String handoffId) {
    return jdbi.withHandle(handle -> RulingTable.history(handle, handoffId));
  }

  /** The id as it is kept, or null when no handoff has it. */
  static @Nullable String known(Handle handle, String id) {
    return handle
        .createQuery("SELECT id FROM handoffs WHERE id = :id")
        .bind("id", id.toLowerCase(Locale.ROOT))
        .mapTo(String.class)
        .findOne()
        .orElse(null);
  }
}
