// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.docs;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static io.correlationstation.correlation.CorrelationKey.PRODUCT_ID;
import static io.correlationstation.correlation.CorrelationKey.RESOURCE_ID;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.Envelope;
import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.RecordedTelemetry;
import io.correlationstation.correlation.Step;
import io.correlationstation.correlation.Workflow;
import io.correlationstation.correlation.mdso.MdsoEvents;
import io.correlationstation.correlation.messaging.AmqpMessages;
import io.correlationstation.correlation.messaging.KafkaMessages;
import io.correlationstation.correlation.messaging.MessageHeaders;
import io.correlationstation.correlation.metrics.Bound;
import io.correlationstation.correlation.metrics.BoundedMetrics;
import io.correlationstation.correlation.traced.Operation;
import io.correlationstation.correlation.traced.TracedProxy;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The recipes of {@code docs/library.md}, run. What stands between {@code // recipe} and {@code //
 * end} is what the page shows, word for word; {@link DocumentationTest} sees to that.
 */
class RecipesTest {

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  record Order(String circuitId) {}

  record PlaceOrder(String orderId) {}

  interface Circuits {
    String get(String circuitId);
  }

  interface Orders {
    String place(PlaceOrder order);
  }

  private final List<String> provisioned = new ArrayList<>();

  private void reserve() {
    provisioned.add("reserved " + Correlation.current());
  }

  private void provision(String order) {
    provisioned.add(order + " " + Correlation.current());
  }

  @Test
  void keysForAPieceOfWork() {
    // recipe
    Correlation order =
        Correlation.current().with(CIRCUIT_ID, "80.L1XX.000001..TEST").with(PRODUCT_ID, "FIA");
    try (Scope scope = order.makeCurrent()) {
      reserve(); // spans, logs and calls in here carry both keys
    }
    // end
    assertThat(provisioned)
        .containsExactly("reserved {circuit_id=80.L1XX.000001..TEST, product_id=FIA}");
  }

  @Test
  void keysFromOutside() {
    Map<String, String> headers = Map.of("X-Circuit-Id", "C-1");
    Map<String, String> json = Map.of("product", "not allowed, as it has spaces");
    // recipe
    Correlation received =
        Correlation.fromHeaders(headers::get).withIfValid(PRODUCT_ID, json.get("product"));
    // end
    assertThat(received).isEqualTo(Correlation.of(CIRCUIT_ID, "C-1"));
  }

  @Test
  void threads() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    Correlation order = Correlation.of(CIRCUIT_ID, "C-1");
    // recipe
    ExecutorService pool = Correlation.propagating(threads); // once, where the pool is made

    try (Scope scope = order.makeCurrent()) {
      pool.submit(this::reserve).get(); // runs with the keys of now
    }
    threads.submit(order.wrap(this::reserve)).get(); // one task, with these keys
    // end
    Future<Correlation> after = threads.submit(Correlation::current);
    assertThat(after.get().isEmpty()).isTrue();
    assertThat(provisioned)
        .containsExactly("reserved {circuit_id=C-1}", "reserved {circuit_id=C-1}");
    threads.shutdown();
  }

  // recipe
  static final CorrelationKey SITE_ID = CorrelationKey.declare("site_id", "X-Site-Id");

  // end

  @Test
  void keyOfYourOwn() {
    Map<String, String> headers =
        MessageHeaders.of(Correlation.of(SITE_ID, "S-1").storeIn(Context.root()));

    assertThat(headers).containsEntry("X-Site-Id", "S-1");
  }

  @Test
  void workWithSteps() throws Exception {
    // recipe
    try (Workflow workflow = Workflow.start("create_network_service")) {
      String port = workflow.step("reserve", () -> "port-7");
      try (Step create = workflow.step("create_resource")) {
        workflow.put(RESOURCE_ID, "res-" + port);
        create.event("asked");
        create.end(true);
      }
      workflow.end(true);
    }
    // end
    assertThat(telemetry.spanNames())
        .containsExactly("reserve", "create_resource", "create_network_service");
    assertThat(RecordedTelemetry.attribute(telemetry.span("create_network_service"), "resource_id"))
        .isEqualTo("res-port-7");
  }

  @Test
  void overToAnotherProcess() {
    Map<String, String> message = new HashMap<>();
    // recipe
    try (Workflow workflow = Workflow.start("activate_circuit")) {
      message.putAll(MessageHeaders.of(workflow.context()));
      workflow.end(true);
    }

    // there
    Context received = MessageHeaders.extract(message);
    try (Workflow rest = Workflow.start("configure_device", received)) {
      rest.end(true);
    }
    // end
    assertThat(telemetry.span("configure_device").getParentSpanId())
        .isEqualTo(telemetry.span("activate_circuit").getSpanId());
  }

  @Test
  void orchestratorEvents() {
    // recipe
    MdsoEvents events = MdsoEvents.create().productType("service_mapper").tid("EXPLTXAA01W");
    events.resourceStateChanged("11111111-1111-4111-8111-111111111111", "activating", "failed");
    events.errorCategorized("DE-1001", "unable to connect to device EXPLTXAA01W");
    // end
    assertThat(RecordedTelemetry.attribute(telemetry.log("error_categorized"), "mdso.defect_code"))
        .isEqualTo("DE-1001");
    assertThat(
            RecordedTelemetry.attribute(telemetry.log("resource_state_changed"), "mdso.orch_state"))
        .isEqualTo("failed");
  }

  // recipe
  static final Operation GET_CIRCUIT = Operation.query("GetCircuit");

  // end

  @Test
  void handlersAndRepositories() {
    Circuits inMemory = id -> "circuit " + id;
    // recipe
    Circuits circuits = TracedProxy.repository(Circuits.class, inMemory); // Repository.get
    Orders orders = TracedProxy.commands(Orders.class, order -> "placed"); // Command.PlaceOrder

    orders.place(new PlaceOrder("O-1"));
    GET_CIRCUIT.get("C-1", () -> circuits.get("C-1")); // Query.GetCircuit, entity.id=C-1
    // end
    assertThat(telemetry.spanNames())
        .containsExactly("Command.PlaceOrder", "Repository.get", "Query.GetCircuit");
  }

  @Test
  void messages() {
    MockProducer<String, String> producer =
        new MockProducer<>(true, null, new StringSerializer(), new StringSerializer());
    Scope keys = Correlation.of(CIRCUIT_ID, "C-1").makeCurrent();
    // recipe
    KafkaMessages.send(producer, new ProducerRecord<>("orders", "order 1"));
    // end
    keys.close();
    ConsumerRecord<String, String> polled = received(producer.history().get(0));
    List<ConsumerRecord<String, String>> records = List.of(polled, polled);
    // recipe
    for (ConsumerRecord<String, String> order : records) {
      KafkaMessages.process(order, () -> provision(order.value()));
    }
    KafkaMessages.processBatch(records, () -> provision("all"));
    // end
    assertThat(provisioned)
        .containsExactly(
            "order 1 {circuit_id=C-1}", "order 1 {circuit_id=C-1}", "all {circuit_id=C-1}");
    assertThat(telemetry.spans().get(3).getLinks()).hasSize(2);
  }

  @Test
  void messagesOverAmqp() {
    Delivery message =
        new Delivery(
            new Envelope(1, false, "orders", "placed"),
            new AMQP.BasicProperties.Builder().headers(Map.of("X-Circuit-Id", "C-1")).build(),
            new byte[0]);
    // recipe
    AmqpMessages.process(message, () -> provision("order 1"));
    // end
    assertThat(provisioned).containsExactly("order 1 {circuit_id=C-1}");
  }

  // recipe
  static final BoundedMetrics.Counter ORDERS =
      BoundedMetrics.counter(
          "orders.placed",
          "{order}",
          Bound.oneOf("service_type", "FIA", "ELINE"),
          Bound.atMost("region", 20));

  // end

  @Test
  void metricsThatStaySmall() {
    // recipe
    ORDERS.add(1, "FIA", "west");
    ORDERS.add(1, "FTTH", "west"); // service_type=other
    // end
    assertThat(telemetry.metric("orders.placed").getLongSumData().getPoints()).hasSize(2);
  }

  private static ConsumerRecord<String, String> received(ProducerRecord<String, String> sent) {
    return new ConsumerRecord<>(
        sent.topic(),
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
