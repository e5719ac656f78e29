// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.otlp.LogBatch;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the entries of a Loki push into OTLP log records, stream by stream, in order.
 *
 * <p>A stream is a resource: its labels are the resource's attributes under their own names, beside
 * {@code service.name}. The line is the body; structured metadata and the keys that the line names
 * are attributes of the record. In streams of the orchestrator's services secrets are masked. A
 * trace id named by metadata, a label or the line is the record's.
 */
final class LokiPush {

  /** Where Loki itself looks for the name of a service, in this order. */
  private static final List<String> SERVICE_LABELS =
      List.of(
          "service_name",
          "service",
          "app",
          "application",
          "app_name",
          "name",
          "app_kubernetes_io_name",
          "container",
          "container_name",
          "k8s_container_name",
          "component",
          "workload",
          "job");

  private static final List<String> LEVELS = List.of("level", "detected_level", "severity");

  private final LogBatch batch;
  private final long receivedNanos;
  private Map<String, String> labels = Map.of();
  private Secrets secrets = Secrets.KEPT;
  private int unreadable;

  LokiPush(int expectedBytes, long receivedNanos) {
    this.batch = new LogBatch(expectedBytes);
    this.receivedNanos = receivedNanos;
  }

  void openStream(Map<String, String> streamLabels) {
    labels = streamLabels;
    String service = service(streamLabels);
    secrets = Secrets.of(service);
    batch.openResource().attribute("service.name", service);
    streamLabels.forEach(batch::attribute);
    batch.openScope("loki");
  }

  void closeStream() {
    batch.closeResource();
  }

  void entry(long timeNanos, String text, Map<String, String> metadata) {
    String line = secrets.in(text);
    batch.openRecord(timeNanos, receivedNanos);
    String level = first(metadata, LEVELS);
    if (level == null) {
      level = first(labels, LEVELS);
    }
    if (level != null) {
      batch.severity(Severities.number(level), level);
    }
    batch.body(line);
    Map<String, String> named = LineKeys.find(line);
    traceId(metadata, named);
    metadata.forEach(
        (name, value) -> {
          if (!name.equals(LineKeys.TRACE_ID)) {
            batch.attribute(name, secrets.of(name, value));
          }
        });
    named.forEach(
        (key, value) -> {
          if (!key.equals(LineKeys.TRACE_ID) && !metadata.containsKey(key)) {
            batch.attribute(key, value);
          }
        });
    batch.closeRecord();
  }

  private void traceId(Map<String, String> metadata, Map<String, String> named) {
    String id = traceIdIn(metadata);
    if (id == null) {
      id = traceIdIn(labels);
    }
    if (id == null) {
      id = named.get(LineKeys.TRACE_ID);
    }
    if (id != null) {
      batch.traceId(TraceIds.normalise(id));
    }
    batch.spanId(metadata.get("span_id"));
  }

  private static @Nullable String traceIdIn(Map<String, String> fields) {
    for (Map.Entry<String, String> field : fields.entrySet()) {
      if (LineKeys.TRACE_ID.equals(LineKeys.keyOf(field.getKey()))) {
        return field.getValue();
      }
    }
    return null;
  }

  private static String service(Map<String, String> labels) {
    String service = first(labels, SERVICE_LABELS);
    return service == null ? "unknown_service" : service;
  }

  private static @Nullable String first(Map<String, String> fields, List<String> names) {
    for (String name : names) {
      String value = fields.get(name);
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return null;
  }

  /** An entry, or a stream without entries, could not be read. */
  void unreadable() {
    unreadable++;
  }

  int entries() {
    return batch.records();
  }

  int unreadableEntries() {
    return unreadable;
  }

  byte[] toByteArray() {
    return batch.toByteArray();
  }
}
