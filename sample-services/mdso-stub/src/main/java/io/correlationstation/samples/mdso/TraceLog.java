// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the orchestration trace of one plan: a resource of its own in the market, whose array
 * grows by one entry with every state of every process.
 *
 * <p>The only time in it is in whole seconds: {@code start_time_sec + elapsed_time}, both rounded
 * down. Not thread-safe: a plan is one thread.
 */
final class TraceLog {

  static final String TYPE_ID = "tosca.resourceTypes.TraceLog";

  private static final String PRODUCT_ID = "88888888-8888-4888-8888-888888888888";
  private static final DateTimeFormatter TIME_OF_DAY =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);

  private final Market market;
  private final InstantSource clock;
  private final long startSeconds;
  private final ObjectNode properties;
  private final String id;

  /** Creates the TraceLog of an order, without entries; its {@code trace_id} is new. */
  static TraceLog open(Resource order, Market market, InstantSource clock) {
    long startSeconds = order.createdAt().getEpochSecond();
    ObjectNode properties = JsonNodeFactory.instance.objectNode();
    properties.put("trace_id", UUID.randomUUID().toString());
    properties.put("origination_id", order.id()).put("user_name", "demo");
    properties.put("operation", "activate").put("circuit_name", order.label());
    properties.put("start_time_sec", startSeconds);
    properties.putArray("orchestration_trace");
    Resource created =
        market.create(
            order.label() + ".orch_trace", TYPE_ID, PRODUCT_ID, properties.deepCopy(), "active");
    return new TraceLog(market, clock, startSeconds, properties, created.id());
  }

  private TraceLog(
      Market market, InstantSource clock, long startSeconds, ObjectNode properties, String id) {
    this.market = market;
    this.clock = clock;
    this.startSeconds = startSeconds;
    this.properties = properties;
    this.id = id;
  }

  Process started(String typeId, String resourceId, String process) {
    Instant now = clock.instant();
    String logFile = "plan-script-" + resourceId + "-activate-" + Resource.time(now);
    Process started = new Process(typeId, resourceId, process, logFile);
    append(started, "STARTED", "STARTED PROCESSING", null);
    return started;
  }

  void completed(Process process) {
    append(process, "COMPLETED", "FINISHED PROCESSING", null);
  }

  /** {@code categorized} is the error in the platform's grammar, null for a follow-up failure. */
  void failed(Process process, String message, @Nullable String categorized) {
    append(process, "FAILED", message, categorized);
  }

  private void append(Process process, String state, String message, @Nullable String categorized) {
    Instant now = clock.instant();
    ObjectNode entry = ((ArrayNode) properties.path("orchestration_trace")).addObject();
    entry.put("timestamp", TIME_OF_DAY.format(now)).put("resource_type", process.typeId());
    entry.put("resource_id", process.resourceId()).put("process", process.name());
    entry.put("state", state).put("log_file", process.logFile()).put("message", message);
    entry.put("elapsed_time", now.getEpochSecond() - startSeconds);
    if (categorized != null) {
      entry.put("categorized_error", categorized);
    }
    ObjectNode written = properties.deepCopy();
    market.update(id, traceLog -> traceLog.withProperties(written));
  }

  /** A process that has started; the same value ends it. */
  record Process(String typeId, String resourceId, String name, String logFile) {}
}
