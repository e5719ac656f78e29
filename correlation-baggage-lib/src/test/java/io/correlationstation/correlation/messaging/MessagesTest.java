// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.messaging;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static io.correlationstation.correlation.CorrelationKey.PRODUCT_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.RecordedTelemetry;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Without a broker; the integration tests have the real ones. */
class MessagesTest {

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  @Test
  void headers_roundTrip_inAnyCase() {
    Map<String, String> headers = new HashMap<>();
    MessageHeaders.of(Correlation.of(CIRCUIT_ID, "C-1").storeIn(Context.root()))
        .forEach((name, value) -> headers.put(name.toUpperCase(), value));

    assertThat(headers).containsEntry("X-CIRCUIT-ID", "C-1").containsKey("BAGGAGE");
    assertThat(Correlation.from(MessageHeaders.extract(headers)).get(CIRCUIT_ID)).isEqualTo("C-1");
  }

  @Test
  void headers_keyThatIsNotAllowed_isLeftOut() {
    Map<String, String> headers = Map.of("X-Circuit-Id", "a b", "X-Product-Id", "P-1");

    assertThat(Correlation.from(MessageHeaders.extract(headers)))
        .isEqualTo(Correlation.of(PRODUCT_ID, "P-1"));
  }

  @Test
  void kafka_sendAndProcess_areOneTraceWithTheKeys() {
    ConsumerRecord<String, String> received = throughKafka("C-1");

    KafkaMessages.process(
        received, () -> assertThat(Correlation.current().get(CIRCUIT_ID)).isEqualTo("C-1"));

    SpanData send = telemetry.span("send orders");
    SpanData process = telemetry.span("process orders");
    assertThat(send.getKind()).isEqualTo(SpanKind.PRODUCER);
    assertThat(process.getKind()).isEqualTo(SpanKind.CONSUMER);
    assertThat(process.getParentSpanId()).isEqualTo(send.getSpanId());
    assertThat(RecordedTelemetry.attribute(process, "circuit_id")).isEqualTo("C-1");
    assertThat(RecordedTelemetry.attribute(process, "messaging.system")).isEqualTo("kafka");
  }

  @Test
  void kafka_batch_linksToEachAndHasTheKeysThatAllShare() {
    List<ConsumerRecord<String, String>> records =
        List.of(throughKafka("C-1"), throughKafka("C-2"));

    KafkaMessages.processBatch(
        records,
        () -> assertThat(Correlation.current()).isEqualTo(Correlation.of(PRODUCT_ID, "P-shared")));

    assertThat(telemetry.span("process orders").getLinks())
        .extracting(LinkData::getSpanContext)
        .extracting(context -> context.getSpanId())
        .containsExactlyElementsOf(
            telemetry.spans().stream()
                .filter(span -> span.getName().equals("send orders"))
                .map(SpanData::getSpanId)
                .toList());
  }

  @Test
  void kafka_workThatThrows_isAnError() {
    ConsumerRecord<String, String> received = throughKafka("C-1");

    assertThatThrownBy(
            () ->
                KafkaMessages.process(
                    received,
                    () -> {
                      throw new IOException("no device");
                    }))
        .isExactlyInstanceOf(IOException.class);

    assertThat(telemetry.span("process orders").getStatus().getStatusCode())
        .isEqualTo(StatusCode.ERROR);
  }

  @Test
  void kafka_sendThatFails_isAnError() {
    try (MockProducer<String, String> producer = producer(false)) {
      KafkaMessages.send(producer, new ProducerRecord<>("orders", "order"));
      producer.errorNext(new IllegalStateException("no leader"));
    }

    assertThat(telemetry.span("send orders").getStatus().getDescription()).isEqualTo("no leader");
  }

  @Test
  void kafka_sendAgain_isSentWithTheHeadersOfThen() {
    ProducerRecord<String, String> record = new ProducerRecord<>("orders", "order");
    record.headers().add("tenant", "t1".getBytes(StandardCharsets.UTF_8));
    ((RecordHeaders) record.headers()).setReadOnly(); // as a producer leaves it
    List<String> answered = new ArrayList<>();

    try (MockProducer<String, String> producer = producer(true)) {
      for (String circuit : List.of("C-1", "C-2")) {
        try (Scope scope = Correlation.of(CIRCUIT_ID, circuit).makeCurrent()) {
          KafkaMessages.send(
              producer, record, (metadata, failure) -> answered.add(metadata.topic()));
        }
      }

      assertThat(producer.history())
          .extracting(sent -> text(sent, "X-Circuit-Id"))
          .containsExactly("C-1", "C-2");
      assertThat(producer.history()).extracting(sent -> text(sent, "tenant")).containsOnly("t1");
    }
    assertThat(answered).containsExactly("orders", "orders");
    assertThat(telemetry.spanNames()).containsExactly("send orders", "send orders");
  }

  private static String text(ProducerRecord<String, String> record, String header) {
    return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
  }

  @Test
  void amqp_injectAndProcess_areOneTraceAndOtherHeadersStay() {
    AMQP.BasicProperties properties;
    try (Scope scope = Correlation.of(CIRCUIT_ID, "C-1").makeCurrent()) {
      properties =
          AmqpMessages.inject(
              new AMQP.BasicProperties.Builder().headers(Map.of("tenant", "t1")).build());
    }
    Delivery message =
        new Delivery(new Envelope(1, false, "", "provisioning"), properties, new byte[0]);

    AmqpMessages.process(
        message, () -> assertThat(Correlation.current().get(CIRCUIT_ID)).isEqualTo("C-1"));

    assertThat(properties.getHeaders()).containsEntry("tenant", "t1");
    assertThat(telemetry.spanNames()).containsExactly("process provisioning");
  }

  private static ConsumerRecord<String, String> throughKafka(String circuit) {
    try (MockProducer<String, String> producer = producer(true);
        Scope scope =
            Correlation.of(CIRCUIT_ID, circuit).with(PRODUCT_ID, "P-shared").makeCurrent()) {
      KafkaMessages.send(producer, new ProducerRecord<>("orders", "order"));
      ProducerRecord<String, String> sent = producer.history().get(0);
      return new ConsumerRecord<>(
          "orders",
          0,
          0,
          0L,
          TimestampType.CREATE_TIME,
          0,
          0,
          sent.key(),
          sent.value(),
          sent.headers(),
          Optional.empty());
    }
  }

  private static MockProducer<String, String> producer(boolean answers) {
    return new MockProducer<>(answers, null, new StringSerializer(), new StringSerializer());
  }
}
