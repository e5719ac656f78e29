// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.LogBatch;
import io.correlationstation.server.otlp.Rejected;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/logs} and {@code POST /mdso/logs}: log records of one resource in JSON, or raw
 * lines as text.
 *
 * <pre>
 *   {"resource": {"service", "host", "env"},
 *    "records": [{"timestamp", "severity", "message", "trace_id", "span_id", "circuit_id", …,
 *                 "labels": {}}]}
 * </pre>
 *
 * <p>{@code /mdso/logs} has a member {@code product_type} as well. Secrets are masked in what it
 * takes, and in what the orchestrator's services say here.
 */
final class LogsDialect implements Dialect {

  private static final String RECORDS = "records";

  private final boolean mdso;
  private final Timestamps timestamps;

  LogsDialect(boolean mdso, Timestamps timestamps) {
    this.mdso = mdso;
    this.timestamps = timestamps;
  }

  @Override
  public Signal signal() {
    return Signal.LOGS;
  }

  @Override
  public String transport() {
    return mdso ? "mdso" : "api";
  }

  @Override
  public void checkType(String contentType) throws Refusal {
    boolean json =
        contentType.isEmpty() || contentType.equals(Answer.JSON) || contentType.endsWith("+json");
    if (!json && (mdso || !contentType.equals("text/plain"))) {
      throw Refusal.unsupported(
          "unsupported media type, supported: " + Answer.JSON + (mdso ? "" : ", text/plain"));
    }
  }

  @Override
  public Submission read(Delivery delivery) throws Refusal {
    return delivery.contentType().equals("text/plain") ? readLines(delivery) : readJson(delivery);
  }

  /** Reads the body twice, as its records may come before what holds for all of them. */
  private Submission readJson(Delivery delivery) throws Refusal {
    Head head = Head.of(delivery.body());
    LogBatch batch = new LogBatch(delivery.body().length + 256);
    String service = openResource(batch, head.resource, head.productType);
    LogRecords writer =
        new LogRecords(
            batch,
            mdso ? Secrets.MASKED : Secrets.of(service),
            timestamps,
            delivery.receivedNanos());
    JsonBodies.stream(delivery.body(), parser -> writeRecords(parser, writer));
    batch.closeResource();
    return submission(delivery, batch, service, !writer.stamped());
  }

  /** What a body says about all of its records. */
  private static final class Head {

    private @Nullable JsonNode resource;
    private @Nullable String productType;
    private boolean records;

    static Head of(byte[] body) throws Refusal {
      Head head = new Head();
      JsonBodies.stream(body, head::read);
      if (!head.records) {
        throw Refusal.invalid("records is missing or not an array");
      }
      return head;
    }

    private void read(JsonParser parser) throws IOException {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String member = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (member) {
          case "resource" -> resource = JsonBodies.tree(parser);
          case "product_type" -> productType = LogRecords.text(JsonBodies.tree(parser));
          case RECORDS -> {
            records = value == JsonToken.START_ARRAY;
            parser.skipChildren();
          }
          default -> parser.skipChildren();
        }
      }
    }
  }

  private static void writeRecords(JsonParser parser, LogRecords writer)
      throws IOException, Refusal {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      boolean records = parser.currentName().equals(RECORDS);
      parser.nextToken();
      if (!records) {
        parser.skipChildren();
        continue;
      }
      for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
        JsonNode record = JsonBodies.tree(parser);
        writer.write(record, message(record, i), null);
      }
    }
  }

  private Submission readLines(Delivery delivery) {
    LogBatch batch = new LogBatch(delivery.body().length + 256);
    String service = delivery.parameter();
    TextLines lines = new TextLines(timestamps, delivery.receivedNanos(), service);
    lines.write(delivery.body(), batch);
    return submission(delivery, batch, service == null ? "" : service, !lines.stamped());
  }

  private Submission submission(
      Delivery delivery, LogBatch batch, String service, boolean repeatable) {
    Frame frame =
        new Frame(
            Signal.LOGS,
            delivery.receivedNanos(),
            batch.records(),
            delivery.frameHeaders(transport()),
            batch.toByteArray());
    return new Submission(frame, Rejected.NONE, service, repeatable);
  }

  private String openResource(
      LogBatch batch, @Nullable JsonNode resource, @Nullable String productType) throws Refusal {
    if (resource == null || !resource.isObject()) {
      throw Refusal.invalid("resource is missing or not an object");
    }
    String service = text(resource, "service");
    if (service == null || service.isBlank()) {
      throw Refusal.invalid("resource.service is missing");
    }
    batch.openResource().attribute("service.name", service);
    resource
        .properties()
        .forEach(
            member -> {
              String value = LogRecords.text(member.getValue());
              if (value != null && !member.getKey().equals("service")) {
                batch.attribute(resourceAttribute(member.getKey()), value);
              }
            });
    if (productType != null) {
      batch.attribute("mdso.product_type", productType);
    }
    batch.openScope(transport());
    return service;
  }

  private static String resourceAttribute(String member) {
    return switch (member) {
      case "host" -> "host.name";
      case "env" -> "deployment.environment.name";
      default -> member;
    };
  }

  private static String message(JsonNode record, int index) throws Refusal {
    String message = record.isObject() ? text(record, "message") : null;
    if (message == null) {
      throw Refusal.invalid("records[" + index + "].message is missing");
    }
    return message;
  }

  private static @Nullable String text(JsonNode object, String member) {
    return LogRecords.text(object.get(member));
  }

  @Override
  public Answer success(Delivery delivery, Outcome outcome) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("status", "accepted");
    members.put("count", outcome.items());
    if (!outcome.echo().isEmpty()) {
      members.put("service", outcome.echo());
    }
    return JsonBodies.answer(202, members);
  }

  @Override
  public Answer refusal(String contentType, Refusal refusal) {
    return JsonBodies.problem(refusal);
  }
}
