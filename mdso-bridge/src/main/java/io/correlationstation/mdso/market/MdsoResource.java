// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the bridge keeps of a resource: its identifiers, state and times. A few hundred bytes,
 * whatever the size of the record.
 *
 * @param circuitId by the keys of its product type; null when the record has none of use
 * @param traceId of its plan, when the record names one
 * @param orchState as written, empty when missing
 * @param revision grows with every change; 0 when missing
 * @param devices what the record says about network devices
 */
public record MdsoResource(
    String id,
    String label,
    String resourceTypeId,
    @Nullable String productId,
    @Nullable String providerResourceId,
    @Nullable String orderId,
    @Nullable String circuitId,
    @Nullable String traceId,
    String orchState,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt,
    long revision,
    List<Device> devices) {

  private static final int MAX_DEVICES = 16;

  /** A network device by its TID; the address is null when the record has none. */
  public record Device(@Nullable String tid, @Nullable String managementIp) {}

  public MdsoResource {
    devices = List.copyOf(devices);
  }

  /**
   * Reads a record.
   *
   * @param circuitKeys where the circuit id is: {@code label} or {@code properties.…}; others are
   *     not of the record and are passed over
   * @return null when the record has no id
   */
  public static @Nullable MdsoResource parse(JsonNode json, List<String> circuitKeys) {
    String id = Json.text(json.path("id"));
    if (id == null) {
      return null;
    }
    JsonNode properties = json.path("properties");
    return new MdsoResource(
        id,
        orEmpty(Json.text(json.path("label"))),
        orEmpty(Json.text(json.path("resourceTypeId"))),
        Json.text(json.path("productId")),
        Json.text(json.path("providerResourceId")),
        Json.text(json.path("orderId")),
        circuitId(json, circuitKeys),
        Json.text(properties.path("trace_id")),
        orEmpty(Json.text(json.path("orchState"))),
        Json.instant(json.path("createdAt")),
        Json.instant(json.path("updatedAt")),
        json.path("revision").asLong(0),
        devices(properties));
  }

  public boolean isFailed() {
    return orchState.equalsIgnoreCase("failed");
  }

  /** Whether the orchestrator is done with it, one way or another. */
  public boolean isTerminal() {
    return switch (orchState.toLowerCase(Locale.ROOT)) {
      case "active", "failed", "terminated" -> true;
      default -> false;
    };
  }

  private static @Nullable String circuitId(JsonNode json, List<String> keys) {
    for (String key : keys) {
      JsonNode node = json;
      for (String part : key.split("\\.")) {
        node = node.path(part);
      }
      String found = CircuitId.accept(Json.text(node));
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  private static List<Device> devices(JsonNode properties) {
    List<Device> devices = new ArrayList<>();
    for (Map.Entry<String, JsonNode> device : properties.path("device_properties").properties()) {
      String address = Json.text(device.getValue().path("Management IP"));
      if (devices.size() < MAX_DEVICES) {
        devices.add(new Device(device.getKey(), address));
      }
    }
    if (devices.isEmpty()) {
      String tid = first(properties, "deviceName", "tid", "fqdn");
      String address = first(properties, "management_ip", "managementIp");
      if (tid != null || address != null) {
        devices.add(new Device(tid, address));
      }
    }
    return devices;
  }

  private static @Nullable String first(JsonNode properties, String... names) {
    for (String name : names) {
      String text = Json.text(properties.path(name));
      if (text != null) {
        return text;
      }
    }
    return null;
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
