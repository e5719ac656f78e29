// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.market.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An orchestration trace as the orchestrator keeps it: a resource whose properties hold the
 * entries.
 *
 * @param traceId as written
 * @param originationId the resource that the work began with
 * @param startTimeSec as text, whatever it was in the JSON
 */
public record TraceLog(
    String id,
    String label,
    @Nullable String traceId,
    @Nullable String originationId,
    @Nullable String operation,
    @Nullable String circuitName,
    @Nullable String startTimeSec,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    List<TraceEntry> entries) {

  /** Resource type of trace logs. */
  public static final String TYPE = "tosca.resourceTypes.TraceLog";

  /** A trace log's label is that of the service with this suffix. */
  public static final String LABEL_SUFFIX = ".orch_trace";

  public TraceLog {
    entries = List.copyOf(entries);
  }

  /** Null when the record has no id. */
  public static @Nullable TraceLog parse(JsonNode json) {
    String id = Json.text(json.path("id"));
    if (id == null) {
      return null;
    }
    String label = Json.text(json.path("label"));
    JsonNode properties = json.path("properties");
    List<TraceEntry> entries = new ArrayList<>();
    for (JsonNode entry : properties.path("orchestration_trace")) {
      if (entry.isObject()) {
        entries.add(TraceEntry.parse(entry));
      }
    }
    return new TraceLog(
        id,
        label == null ? "" : label,
        Json.text(properties.path("trace_id")),
        Json.text(properties.path("origination_id")),
        Json.text(properties.path("operation")),
        Json.text(properties.path("circuit_name")),
        Json.text(properties.path("start_time_sec")),
        Json.instant(json.path("createdAt")),
        Json.instant(json.path("updatedAt")),
        entries);
  }

  /** Whether the trace log is about a resource, by its origination or by an entry. */
  public boolean concerns(String resourceId) {
    return originationId == null
        || originationId.equals(resourceId)
        || entries.stream().anyMatch(entry -> resourceId.equals(entry.resourceId()));
  }
}
