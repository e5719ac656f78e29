// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * A resource of the market at one revision. Immutable; the properties are never changed in place.
 *
 * @param orchState requested, activating, active or failed
 * @param reason why it failed, or empty
 * @param revision greater than every revision given out before
 */
record Resource(
    String id,
    String label,
    String typeId,
    String productId,
    ObjectNode properties,
    String orchState,
    String reason,
    Instant createdAt,
    Instant updatedAt,
    long revision) {

  private static final String TENANT_ID = "33333333-3333-4333-8333-333333333333";
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  static String time(Instant instant) {
    return MILLIS.format(instant);
  }

  Resource withState(String state, String why) {
    return new Resource(
        id, label, typeId, productId, properties, state, why, createdAt, updatedAt, revision);
  }

  Resource withProperties(ObjectNode changed) {
    return new Resource(
        id, label, typeId, productId, changed, orchState, reason, createdAt, updatedAt, revision);
  }

  Resource revised(Instant now, long next) {
    return new Resource(
        id, label, typeId, productId, properties, orchState, reason, createdAt, now, next);
  }

  /** The document as the market API answers it. */
  ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("id", id).put("label", label).put("resourceTypeId", typeId);
    json.put("productId", productId).put("tenantId", TENANT_ID).put("shared", false);
    json.set("properties", properties);
    json.put("discovered", false).put("desiredOrchState", "active").put("orchState", orchState);
    json.put("reason", reason);
    json.putObject("tags");
    json.put("createdAt", time(createdAt)).put("updatedAt", time(updatedAt));
    json.put("revision", revision).put("autoClean", false).put("updateState", "unset");
    return json;
  }

  /** The value at a dotted path such as {@code properties.circuit_id}; missing node if none. */
  JsonNode at(String path) {
    JsonNode node = toJson();
    for (String name : path.split("\\.", -1)) {
      node = node.path(name);
    }
    return node;
  }
}
