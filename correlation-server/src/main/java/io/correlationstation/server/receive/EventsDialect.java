// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.LogBatch;
import io.correlationstation.server.otlp.Rejected;
import java.util.Map;

/**
 * {@code POST /api/events}: one event, {@code {"type", "timestamp", "circuit_id", …}}, kept as a
 * log record whose event name is the type.
 */
final class EventsDialect implements Dialect {

  private final Timestamps timestamps;

  EventsDialect(Timestamps timestamps) {
    this.timestamps = timestamps;
  }

  @Override
  public Signal signal() {
    return Signal.LOGS;
  }

  @Override
  public String transport() {
    return "events";
  }

  @Override
  public void checkType(String contentType) throws Refusal {
    if (!contentType.isEmpty()
        && !contentType.equals(Answer.JSON)
        && !contentType.endsWith("+json")) {
      throw Refusal.unsupported("unsupported media type, supported: " + Answer.JSON);
    }
  }

  /** One object, read as a tree. */
  @Override
  public long workingBytes(String contentType, int bodyBytes) {
    return 8L * bodyBytes;
  }

  @Override
  public Submission read(Delivery delivery) throws Refusal {
    JsonNode event = JsonBodies.object(delivery.body());
    JsonNode type = event.get("type");
    if (type == null || !type.isTextual() || type.asText().isBlank()) {
      throw Refusal.invalid("type is missing or not a text");
    }
    String service = LogRecords.text(event.get("service"));
    LogBatch batch = new LogBatch(delivery.body().length + 256);
    batch.openResource();
    if (service != null) {
      batch.attribute("service.name", service);
    }
    batch.openScope("events");
    LogRecords writer = new LogRecords(batch, Secrets.KEPT, timestamps, delivery.receivedNanos());
    String message = LogRecords.text(event.get("message"));
    writer.write(event, message == null ? type.asText() : message, type.asText());
    batch.closeResource();
    Frame frame =
        new Frame(
            Signal.LOGS,
            delivery.receivedNanos(),
            batch.records(),
            delivery.frameHeaders(transport()),
            batch.toByteArray());
    return new Submission(frame, Rejected.NONE, type.asText(), !writer.stamped());
  }

  @Override
  public Answer success(Delivery delivery, Outcome outcome) {
    return JsonBodies.answer(201, Map.of("status", "created", "type", outcome.echo()));
  }

  @Override
  public Answer refusal(String contentType, Refusal refusal) {
    return JsonBodies.problem(refusal);
  }
}
