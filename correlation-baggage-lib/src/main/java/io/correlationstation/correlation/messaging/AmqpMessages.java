// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.messaging;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Trace context and keys in the headers of AMQP 0-9-1 messages, as RabbitMQ's client sends them.
 *
 * <pre>{@code
 * AmqpMessages.publish(channel, "orders", "placed", new AMQP.BasicProperties(), body);
 *
 * channel.basicConsume(
 *     "provisioning", true, (tag, order) -> AmqpMessages.process(order, () -> provision(order)), tag -> {});
 * }</pre>
 *
 * <p>Under the agent, which instruments the client itself, publishing and {@link #process} add
 * nothing; {@link #processBatch} adds its span with links. Needs {@code amqp-client}.
 */
public final class AmqpMessages {

  private static final MessageSpans spans = new MessageSpans("rabbitmq");

  private AmqpMessages() {}

  /** The properties with the current context in their headers; other headers stay. */
  public static BasicProperties inject(BasicProperties properties) {
    if (MessageSpans.UNDER_AGENT || CurrentTelemetry.get().isOff()) {
      return properties;
    }
    Map<String, Object> present = properties.getHeaders();
    Map<String, Object> headers =
        present == null ? new LinkedHashMap<>() : new LinkedHashMap<>(present);
    MessageHeaders.inject(Context.current(), headers::put);
    return properties.builder().headers(headers).build();
  }

  /** The context in the headers of a message, upon the root. */
  public static Context extract(@Nullable BasicProperties properties) {
    Map<String, Object> present = properties == null ? null : properties.getHeaders();
    Map<String, String> headers = new LinkedHashMap<>();
    if (present != null) {
      present.forEach((name, value) -> headers.put(name, String.valueOf(value)));
    }
    return MessageHeaders.extract(headers);
  }

  /**
   * Publishes a message in a span of its own, named after the exchange or the queue.
   *
   * @param properties null for none, as the client takes it
   */
  public static void publish(
      Channel channel,
      String exchange,
      String routingKey,
      @Nullable BasicProperties properties,
      byte[] body)
      throws IOException {
    if (MessageSpans.UNDER_AGENT || CurrentTelemetry.get().isOff()) {
      channel.basicPublish(exchange, routingKey, properties, body);
      return;
    }
    Span span = spans.startSend(exchange.isEmpty() ? routingKey : exchange);
    try (Scope scope = span.makeCurrent()) {
      BasicProperties present = properties == null ? new BasicProperties() : properties;
      channel.basicPublish(exchange, routingKey, inject(present), body);
      span.end();
    } catch (IOException | RuntimeException failure) {
      MessageSpans.end(span, failure);
      throw failure;
    }
  }

  /** Does the work of one message, in a span below the one that sent it and with its keys. */
  public static <E extends Exception> void process(Delivery message, MessageWork<E> work) throws E {
    spans.process(destination(message), extract(message.getProperties()), work);
  }

  /**
   * Does the work of several messages in one span with a link to each. Keys are those that all
   * messages share; messages of several exchanges are named after the first.
   */
  public static <E extends Exception> void processBatch(
      List<Delivery> messages, MessageWork<E> work) throws E {
    if (messages.isEmpty()) {
      work.run();
      return;
    }
    List<Context> sent = new ArrayList<>();
    messages.forEach(message -> sent.add(extract(message.getProperties())));
    spans.processBatch(destination(messages.get(0)), sent, work);
  }

  private static String destination(Delivery message) {
    String exchange = message.getEnvelope().getExchange();
    return exchange.isEmpty() ? message.getEnvelope().getRoutingKey() : exchange;
  }
}
