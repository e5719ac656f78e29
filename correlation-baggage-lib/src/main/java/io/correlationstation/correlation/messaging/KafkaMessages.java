// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.messaging;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Trace context and keys in the headers of Kafka records.
 *
 * <pre>{@code
 * KafkaMessages.send(producer, new ProducerRecord<>("orders", "order placed"));
 *
 * for (ConsumerRecord<String, String> order : consumer.poll(Duration.ofSeconds(1))) {
 *   KafkaMessages.process(order, () -> provision(order.value()));
 * }
 * }</pre>
 *
 * <p>Under the agent, which instruments Kafka's clients itself, sending and {@link #process} add
 * nothing; {@link #processBatch} adds its span with links, which the agent does not make. Needs
 * {@code kafka-clients}.
 */
public final class KafkaMessages {

  private static final MessageSpans spans = new MessageSpans("kafka");

  private KafkaMessages() {}

  /** Puts the current context into the headers of a record that was not sent yet. */
  public static <K, V> ProducerRecord<K, V> inject(ProducerRecord<K, V> record) {
    if (!MessageSpans.UNDER_AGENT) {
      inject(Context.current(), record.headers());
    }
    return record;
  }

  private static void inject(Context context, Headers headers) {
    MessageHeaders.inject(
        context,
        (name, value) -> headers.remove(name).add(name, value.getBytes(StandardCharsets.UTF_8)));
  }

  /** The context in the headers of a record, upon the root. */
  public static Context extract(ConsumerRecord<?, ?> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      byte[] value = header.value();
      if (value != null) {
        headers.put(header.key(), new String(value, StandardCharsets.UTF_8));
      }
    }
    return MessageHeaders.extract(headers);
  }

  /** Sends a record in a span of its own, which ends when the broker has answered. */
  public static <K, V> Future<RecordMetadata> send(
      Producer<K, V> producer, ProducerRecord<K, V> record) {
    return send(producer, record, null);
  }

  /**
   * Sends a record in a span of its own, which ends when the broker has answered. What is sent is a
   * copy of the record with the current context in its headers, so a record may be sent again.
   *
   * @param callback called then; null for none, as the producer takes it
   */
  public static <K, V> Future<RecordMetadata> send(
      Producer<K, V> producer, ProducerRecord<K, V> record, @Nullable Callback callback) {
    if (MessageSpans.UNDER_AGENT || CurrentTelemetry.get().isOff()) {
      return producer.send(record, callback);
    }
    Span span = spans.startSend(record.topic());
    try (Scope scope = span.makeCurrent()) {
      return producer.send(
          inject(copy(record)),
          (metadata, failure) -> {
            end(span, failure);
            if (callback != null) {
              callback.onCompletion(metadata, failure);
            }
          });
    } catch (RuntimeException failure) {
      MessageSpans.end(span, failure);
      throw failure;
    }
  }

  /** The headers of one that was sent are closed. */
  private static <K, V> ProducerRecord<K, V> copy(ProducerRecord<K, V> record) {
    return new ProducerRecord<>(
        record.topic(),
        record.partition(),
        record.timestamp(),
        record.key(),
        record.value(),
        record.headers());
  }

  private static void end(Span span, @Nullable Exception failure) {
    if (failure == null) {
      span.end();
    } else {
      MessageSpans.end(span, failure);
    }
  }

  /** Does the work of one record, in a span below the one that sent it and with its keys. */
  public static <E extends Exception> void process(ConsumerRecord<?, ?> record, MessageWork<E> work)
      throws E {
    spans.process(record.topic(), extract(record), work);
  }

  /**
   * Does the work of a whole poll in one span with a link to each record. Keys are those that all
   * records share; records of several topics are named after the first.
   */
  public static <E extends Exception> void processBatch(
      Iterable<? extends ConsumerRecord<?, ?>> records, MessageWork<E> work) throws E {
    List<Context> sent = new ArrayList<>();
    String topic = null;
    for (ConsumerRecord<?, ?> record : records) {
      topic = topic == null ? record.topic() : topic;
      sent.add(extract(record));
    }
    if (topic == null) {
      work.run();
    } else {
      spans.processBatch(topic, sent, work);
    }
  }
}
