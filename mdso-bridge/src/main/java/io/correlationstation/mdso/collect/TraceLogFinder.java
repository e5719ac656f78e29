// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import io.correlationstation.mdso.market.MdsoClient;
import io.correlationstation.mdso.market.MdsoException;
import io.correlationstation.mdso.market.MdsoResource;
import io.correlationstation.mdso.market.Pager;
import io.correlationstation.mdso.market.ResourceQuery;
import io.correlationstation.mdso.tracelog.TraceLog;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the trace logs of a resource: by origination, else by its trace id where known, else by
 * the label of its circuit.
 *
 * <p>Labels match partially at the orchestrator, so they are compared exactly here, and a trace log
 * counts only when it is about the resource: two orders on one circuit share the label.
 */
final class TraceLogFinder {

  private static final int LIMIT = 10;

  private final MdsoClient client;

  TraceLogFinder(MdsoClient client) {
    this.client = client;
  }

  /** Empty when there is none. */
  List<TraceLog> find(MdsoResource resource) throws MdsoException, InterruptedException {
    List<TraceLog> found = byProperty("origination_id", resource.id(), log -> true);
    if (found.isEmpty() && resource.traceId() != null) {
      found = byProperty("trace_id", resource.traceId(), log -> true);
    }
    if (found.isEmpty()) {
      found = byLabel(resource);
    }
    return found;
  }

  private List<TraceLog> byProperty(String name, String value, Predicate<TraceLog> accept)
      throws MdsoException, InterruptedException {
    return ResourceQuery.isFilterable(value)
        ? list("properties." + name + ":" + value, null, accept)
        : List.of();
  }

  private List<TraceLog> byLabel(MdsoResource resource) throws MdsoException, InterruptedException {
    String name = resource.circuitId() == null ? resource.label() : resource.circuitId();
    if (name.isEmpty() || !ResourceQuery.isFilterable(name)) {
      return List.of();
    }
    String label = name + TraceLog.LABEL_SUFFIX;
    return list(
        null, "label:" + label, log -> log.label().equals(label) && log.concerns(resource.id()));
  }

  private List<TraceLog> list(
      @Nullable String exact, @Nullable String partial, Predicate<TraceLog> accept)
      throws MdsoException, InterruptedException {
    Pager<TraceLog> pager =
        client.list(
            new ResourceQuery(TraceLog.TYPE, exact, partial, LIMIT), TraceLog::parse, TraceLog::id);
    List<TraceLog> found = new ArrayList<>();
    for (List<TraceLog> page = pager.next(); page != null; page = pager.next()) {
      page.stream().filter(accept).forEach(found::add);
    }
    return found;
  }
}
