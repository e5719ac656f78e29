// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.WorkflowApp;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The library inside a JVM with the self-contained agent: one flag and nothing else. */
class LibraryIT {

  private static OtlpSink sink;
  private static Downstream downstream;
  private static ChildJvm child;
  private static String url;

  @BeforeAll
  static void start() {
    sink = new OtlpSink();
    downstream = new Downstream();
    child =
        ChildJvm.of(WorkflowApp.class)
            .agent("-javaagent:" + ChildJvm.selfContainedAgent())
            .sink(sink)
            .environment("DOWNSTREAM", downstream.url())
            .start();
    url = "http://127.0.0.1:" + child.awaitLine("PORT ");
  }

  @AfterAll
  static void stop() {
    child.close();
    downstream.close();
    sink.close();
  }

  @BeforeEach
  void forget() {
    downstream.clear();
    sink.clear();
  }

  @Test
  void workflow_underAgent_isBelowServerSpanWithSteps() throws Exception {
    get("/order", "X-Circuit-Id", "C-1");

    String traceId = downstream.nextTraceId();
    Span server = sink.awaitSpan(traceId, SpanKind.SPAN_KIND_SERVER);
    Span workflow = sink.awaitSpan(span -> span.getName().equals("create_network_service"));
    Span step = sink.awaitSpan(span -> span.getName().equals("activate"));
    Span call =
        sink.awaitSpan(
            span ->
                span.getKind() == SpanKind.SPAN_KIND_CLIENT
                    && span.getParentSpanId().equals(step.getSpanId()));
    assertThat(workflow.getParentSpanId()).isEqualTo(server.getSpanId());
    assertThat(workflow.getKind()).isEqualTo(SpanKind.SPAN_KIND_INTERNAL);
    assertThat(step.getParentSpanId()).isEqualTo(workflow.getSpanId());
    for (Span span : new Span[] {server, workflow, step, call}) {
      assertThat(OtlpSink.attributes(span.getAttributesList()))
          .containsEntry("circuit_id", "C-1")
          .containsEntry("resource_id", "res-1");
    }
  }

  @Test
  void workflowPut_underAgent_isOnCallsAlsoAfterTheWorkflow() throws Exception {
    get("/order", "X-Circuit-Id", "C-2");

    for (int call = 0; call < 2; call++) {
      Headers sent = downstream.next();
      assertThat(sent.getFirst("X-Resource-Id")).isEqualTo("res-1");
      assertThat(sent.getFirst("baggage")).contains("circuit_id=C-2", "resource_id=res-1");
    }
  }

  @Test
  void steps_underAgent_areLogRecordsInTheTrace() throws Exception {
    get("/order", "X-Circuit-Id", "C-3");

    String traceId = downstream.nextTraceId();
    Span step = sink.awaitSpan(span -> span.getName().equals("activate"));
    assertThat(OtlpSink.hex(step.getTraceId())).isEqualTo(traceId);
    for (String state : new String[] {"STARTED", "COMPLETED"}) {
      LogRecord record =
          sink.awaitLog(log -> log.getBody().getStringValue().equals("activate " + state));
      assertThat(record.getSpanId()).isEqualTo(step.getSpanId());
      assertThat(record.getEventName()).isEqualTo("workflow.state");
      assertThat(OtlpSink.attributes(record.getAttributesList()))
          .containsEntry("workflow.name", "create_network_service")
          .containsEntry("workflow.step", "activate")
          .containsEntry("workflow.state", state)
          .containsEntry("circuit_id", "C-3")
          .containsEntry("resource_id", "res-1");
    }
  }

  @Test
  void put_underAgent_reachesTheServerSpanAndIsCurrent() throws Exception {
    String answer = get("/put", "X-Circuit-Id", "C-4");

    assertThat(answer).startsWith("true ").contains("circuit_id=C-4", "product_id=P-put");
    Headers sent = downstream.next();
    assertThat(sent.getFirst("X-Product-Id")).isEqualTo("P-put");
    Span server =
        sink.awaitSpan(sent.getFirst("traceparent").substring(3, 35), SpanKind.SPAN_KIND_SERVER);
    assertThat(OtlpSink.attributes(server.getAttributesList()))
        .containsEntry("product_id", "P-put");
  }

  private static String get(String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).headers(headers).build();
    HttpResponse<String> response =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    return response.body();
  }
}
