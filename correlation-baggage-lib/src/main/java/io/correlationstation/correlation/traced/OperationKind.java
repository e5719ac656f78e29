// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import io.opentelemetry.api.trace.SpanKind;

/** What an {@link Operation} is: the first half of its name, and the kind of its span. */
public enum OperationKind {
  /** Changes something: {@code Command.PlaceOrder}. */
  COMMAND("Command", SpanKind.INTERNAL),
  /** Answers something: {@code Query.GetUser}. */
  QUERY("Query", SpanKind.INTERNAL),
  /** Reacts to something that happened in the domain: {@code Event.OrderPlaced}. */
  EVENT("Event", SpanKind.INTERNAL),
  /** Keeps entities: {@code Repository.get}. */
  REPOSITORY("Repository", SpanKind.INTERNAL),
  /** Sends a message: {@code Publish.OrderPlaced}. */
  PUBLISH("Publish", SpanKind.PRODUCER),
  /** Takes a message: {@code Consume.OrderPlaced}. */
  CONSUME("Consume", SpanKind.CONSUMER);

  private final String prefix;
  private final SpanKind spanKind;

  OperationKind(String prefix, SpanKind spanKind) {
    this.prefix = prefix;
    this.spanKind = spanKind;
  }

  String prefix() {
    return prefix;
  }

  SpanKind spanKind() {
    return spanKind;
  }
}
