// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.market.Json;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One line of an orchestration trace as written; any field may be missing.
 *
 * @param elapsedTime as text, whatever it was in the JSON
 * @param others all other fields, as compact JSON; empty when there are none
 */
record TraceEntry(
    @Nullable String timestamp,
    @Nullable String resourceType,
    @Nullable String resourceId,
    @Nullable String process,
    @Nullable String state,
    @Nullable String logFile,
    @Nullable String message,
    @Nullable String elapsedTime,
    @Nullable String categorizedError,
    String others) {

  private static final Set<String> FIELDS =
      Set.of(
          "timestamp",
          "resource_type",
          "resource_id",
          "process",
          "state",
          "log_file",
          "message",
          "elapsed_time",
          "categorized_error");

  /** What an entry does to the span of its process. */
  enum State {
    STARTED,
    COMPLETED,
    FAILED
  }

  static TraceEntry parse(JsonNode json) {
    return new TraceEntry(
        Json.text(json.path("timestamp")),
        Json.text(json.path("resource_type")),
        Json.text(json.path("resource_id")),
        Json.text(json.path("process")),
        Json.text(json.path("state")),
        Json.text(json.path("log_file")),
        Json.text(json.path("message")),
        Json.text(json.path("elapsed_time")),
        Json.text(json.path("categorized_error")),
        others(json));
  }

  private static String others(JsonNode json) {
    StringBuilder others = new StringBuilder();
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      if (!FIELDS.contains(field.getKey())) {
        others.append(field.getKey()).append('=').append(field.getValue()).append(';');
      }
    }
    return others.toString();
  }

  /** Null when the entry opens and closes nothing: its resource, process or state is missing. */
  @Nullable State effect() {
    return resourceId == null || process == null ? null : knownState();
  }

  boolean isFailed() {
    return knownState() == State.FAILED;
  }

  private @Nullable State knownState() {
    if (state == null) {
      return null;
    }
    for (State known : State.values()) {
      if (known.name().equalsIgnoreCase(state.strip())) {
        return known;
      }
    }
    return null;
  }

  /** The error text that rules are asked about. */
  String errorText() {
    if (categorizedError != null) {
      return categorizedError;
    }
    return message == null ? "" : message;
  }
}
