// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.library;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.it.agent.AmqpBroker;
import io.correlationstation.it.agent.ChildJvm;
import io.correlationstation.it.agent.KafkaBroker;
import io.correlationstation.it.agent.OtlpSink;
import io.correlationstation.it.library.app.MessagesApp;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.Link;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The library's message helpers with a real Kafka broker and a real AMQP broker, in a JVM where the
 * library makes the telemetry and in one where the agent does.
 */
class MessagesIT {

  /** Who makes the telemetry. */
  enum Who {
    SDK,
    AGENT
  }

  @TempDir private static Path directory;

  private static final OtlpSink sink = new OtlpSink();
  private static final Map<Who, ChildJvm> children = new EnumMap<>(Who.class);
  private static KafkaBroker kafka;
  private static AmqpBroker amqp;

  @BeforeAll
  static void start() throws Exception {
    kafka = new KafkaBroker(directory);
    amqp = new AmqpBroker(directory);
    children.put(Who.SDK, child(Who.SDK));
    children.put(Who.AGENT, child(Who.AGENT, "-javaagent:" + ChildJvm.selfContainedAgent()));
    children.forEach((who, child) -> assertThat(child.awaitLine("MODE ")).isEqualTo(who.name()));
  }

  private static ChildJvm child(Who who, String... agent) {
    return ChildJvm.of(MessagesApp.class)
        .agent(agent)
        .sink(sink)
        .environment("KAFKA", kafka.address())
        .environment("AMQP", Integer.toString(amqp.port()))
        .environment("SUFFIX", "-" + who)
        .start();
  }

  @AfterAll
  static void stop() {
    children.values().forEach(ChildJvm::close);
    amqp.close();
    kafka.close();
    sink.close();
  }

  @BeforeEach
  void forget() {
    sink.clear();
  }

  @ParameterizedTest
  @EnumSource(Who.class)
  void kafkaMessage_workIsInTheTraceOfTheSenderWithItsKeys(Who who) throws Exception {
    get(who, "/kafka", "C-kafka-" + who);

    assertOneTrace("kafka", "C-kafka-" + who);
  }

  @ParameterizedTest
  @EnumSource(Who.class)
  void amqpMessage_workIsInTheTraceOfTheSenderWithItsKeys(Who who) throws Exception {
    get(who, "/amqp", "C-amqp-" + who);

    assertOneTrace("amqp", "C-amqp-" + who);
  }

  /** One producer and one consumer span, whoever makes them, and the work below both. */
  private static void assertOneTrace(String how, String circuit) {
    LogRecord work = awaitWork(how);
    assertThat(OtlpSink.attributes(work.getAttributesList())).containsEntry("circuit_id", circuit);
    Span process = awaitSpan(work, SpanKind.SPAN_KIND_CONSUMER);
    Span send = awaitSpan(work, SpanKind.SPAN_KIND_PRODUCER);
    assertThat(work.getSpanId()).isEqualTo(process.getSpanId());
    assertThat(process.getParentSpanId()).isEqualTo(send.getSpanId());
    assertThat(OtlpSink.attributes(process.getAttributesList()))
        .containsEntry("circuit_id", circuit);
    assertThat(sink.spans())
        .filteredOn(span -> span.getTraceId().equals(work.getTraceId()))
        .filteredOn(span -> span.getKind() == SpanKind.SPAN_KIND_CONSUMER)
        .hasSize(1);
  }

  @ParameterizedTest
  @EnumSource(Who.class)
  void kafkaBatch_hasOneSpanWithALinkToEachMessageAndTheSharedKey(Who who) throws Exception {
    get(who, "/batch", "C-batch-" + who);

    LogRecord work = awaitWork("batch");
    Span process =
        sink.awaitSpan(
            span ->
                span.getName().equals("process batch-" + who)
                    && span.getSpanId().equals(work.getSpanId()));
    assertThat(process.getLinksList())
        .extracting(Link::getSpanId)
        .hasSize(3)
        .doesNotHaveDuplicates()
        .allSatisfy(
            sender ->
                assertThat(sink.awaitSpan(span -> span.getSpanId().equals(sender)).getKind())
                    .isEqualTo(SpanKind.SPAN_KIND_PRODUCER));
    assertThat(OtlpSink.attributes(process.getAttributesList()))
        .containsEntry("circuit_id", "C-batch-" + who);
  }

  private static LogRecord awaitWork(String how) {
    return sink.awaitLog(
        log ->
            log.getEventName().equals("directory_created")
                && log.getBody().getStringValue().endsWith(how));
  }

  private static Span awaitSpan(LogRecord work, SpanKind kind) {
    return sink.awaitSpan(
        span -> span.getTraceId().equals(work.getTraceId()) && span.getKind() == kind);
  }

  private static void get(Who who, String path, String circuit)
      throws IOException, InterruptedException {
    ChildJvm child = children.get(who);
    URI uri = URI.create("http://127.0.0.1:" + child.awaitLine("PORT ") + path + "?" + circuit);
    HttpResponse<Void> response =
        HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
    assertThat(response.statusCode()).as(child.output()).isEqualTo(200);
  }
}
