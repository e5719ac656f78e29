// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;

/**
 * The test tool that makes every synthetic record of the tests: resources, trace logs, pages and
 * errors in the shapes of the orchestrator. Nothing in them is real: circuits {@code
 * 80.L1XX.00000n..TEST}, device {@code EXPLTXAA01W}, addresses of RFC 5737, UUIDs of repeated
 * digits.
 */
public final class Fixtures {

  public static final String CIRCUIT = "80.L1XX.000001..TEST";
  public static final String SERVICE_ID = "11111111-1111-4111-8111-111111111111";
  public static final String COLLECTOR_ID = "55555555-5555-4555-8555-555555555555";
  public static final String TRACE_UUID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";
  public static final String TRACE_ID = "aaaaaaaabbbb4ccc8dddeeeeeeeeeeee";
  public static final Instant NOW = Instant.parse("2025-01-01T00:02:00Z");
  public static final long START = 1_735_689_600;
  public static final ObjectMapper JSON = new ObjectMapper();

  private Fixtures() {}

  /** A network service of {@link #CIRCUIT}, updated at 00:01:07. */
  public static ObjectNode networkService(String id, String orchState) {
    return resource("NetworkService", id, orchState, "2025-01-01T00:01:07.000Z", 1_000_001);
  }

  public static ObjectNode resource(
      String typeSuffix, String id, String orchState, String updatedAt, long revision) {
    ObjectNode resource = JSON.createObjectNode();
    resource.put("id", id).put("label", CIRCUIT);
    resource.put("resourceTypeId", "example.resourceTypes." + typeSuffix);
    resource.put("productId", "22222222-2222-4222-8222-222222222222");
    resource.putObject("properties").put("circuit_id", CIRCUIT).put("service_type", "FIA");
    resource.put("desiredOrchState", "active").put("orchState", orchState);
    resource.put("createdAt", "2025-01-01T00:00:00.000Z").put("updatedAt", updatedAt);
    return resource.put("revision", revision);
  }

  /** An entry as the plans write it. */
  public static ObjectNode entry(
      String type, String resourceId, String state, String message, Object elapsed) {
    ObjectNode entry = JSON.createObjectNode();
    entry.put("timestamp", "00:00:00").put("resource_type", "example.resourceTypes." + type);
    entry.put("resource_id", resourceId);
    entry.put(
        "process", "scripts.example." + type.toLowerCase(java.util.Locale.ROOT) + ".Activate");
    entry.put("state", state).put("log_file", "").put("message", message);
    entry.set("elapsed_time", JSON.valueToTree(elapsed));
    return entry;
  }

  public static ObjectNode traceLog(String id, String originationId, ObjectNode... entries) {
    ObjectNode log = JSON.createObjectNode();
    log.put("id", id).put("label", CIRCUIT + ".orch_trace");
    log.put("resourceTypeId", "tosca.resourceTypes.TraceLog");
    ObjectNode properties = log.putObject("properties");
    properties.put("trace_id", TRACE_UUID).put("origination_id", originationId);
    properties.put("operation", "activate").put("circuit_name", CIRCUIT);
    properties.put("start_time_sec", START);
    properties.putArray("orchestration_trace").addAll(List.of(entries));
    log.put("createdAt", "2025-01-01T00:00:02.000Z").put("updatedAt", "2025-01-01T00:01:07.000Z");
    return log.put("revision", 1_000_002);
  }

  /** The failed order of the contract's sample. */
  public static ObjectNode failedTraceLog() {
    ObjectNode failed =
        entry(
            "CircuitDetailsCollector",
            COLLECTOR_ID,
            "FAILED",
            "unable to connect to device EXPLTXAA01W",
            66);
    failed.put(
        "categorized_error",
        "MDSO | Connectivity Error - Device Connect: unable to connect to device EXPLTXAA01W");
    return traceLog(
        "44444444-4444-4444-8444-444444444444",
        SERVICE_ID,
        entry("NetworkService", SERVICE_ID, "STARTED", "STARTED PROCESSING", 2),
        entry("CircuitDetailsCollector", COLLECTOR_ID, "STARTED", "STARTED PROCESSING", 5),
        failed,
        entry("NetworkService", SERVICE_ID, "FAILED", "child failed", 67));
  }

  /** A product that makes resources of a type. */
  public static ObjectNode product(String id, String typeSuffix, boolean active) {
    ObjectNode product = JSON.createObjectNode();
    product.put("id", id).put("resourceTypeId", "example.resourceTypes." + typeSuffix);
    product.put("title", typeSuffix + " product").put("active", active);
    return product.put("domainId", "built-in");
  }

  /** An operation on {@link #SERVICE_ID}; a null reason is written as null. */
  public static ObjectNode operation(String id, String name, String state, String reason) {
    ObjectNode operation = JSON.createObjectNode();
    operation.put("id", id).put("resourceId", SERVICE_ID).put("interface", name);
    operation.put("title", name + " it").put("state", state).put("reason", reason);
    operation.putObject("inputs").put("password", "never kept");
    operation.put("createdAt", "2025-01-01T00:00:01.000Z");
    return operation.put("updatedAt", "2025-01-01T00:01:07.000Z");
  }

  public static String page(ObjectNode... items) {
    return page(null, items);
  }

  public static String page(String nextPageToken, ObjectNode... items) {
    ObjectNode page = JSON.createObjectNode();
    ArrayNode array = page.putArray("items");
    array.addAll(List.of(items));
    page.put("total", items.length).put("offset", 0).put("limit", 1000);
    if (nextPageToken != null) {
      page.put("nextPageToken", nextPageToken);
    }
    return page.toString();
  }
}
