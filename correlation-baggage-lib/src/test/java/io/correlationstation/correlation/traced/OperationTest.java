// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.RecordedTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OperationTest {

  private static final Operation PLACE_ORDER = Operation.command("PlaceOrder");
  private static final Operation GET_USER = Operation.query("GetUser");

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  @Test
  void get_idThatCannotTellItself_doesTheWorkAllTheSame() {
    Object id =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException("detached");
          }
        };

    assertThat(Operation.query("GetUser").get(id, () -> 7)).isEqualTo(7);

    assertThat(RecordedTelemetry.attribute(telemetry.span("Query.GetUser"), "entity.id")).isNull();
  }

  @Test
  void get_success_isASpanWithIdAndADuration() {
    String result = PLACE_ORDER.get("O-1", () -> "placed");

    assertThat(result).isEqualTo("placed");
    SpanData span = telemetry.span("Command.PlaceOrder");
    assertThat(span.getKind()).isEqualTo(SpanKind.INTERNAL);
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
    assertThat(RecordedTelemetry.attribute(span, "entity.id")).isEqualTo("O-1");
    assertThat(durations())
        .singleElement()
        .satisfies(
            point ->
                assertThat(point.getAttributes())
                    .isEqualTo(outcome("Command.PlaceOrder", "success")));
  }

  @Test
  void call_failure_isRecordedAndGoesOn() {
    IOException failure = new IOException("no device");

    assertThatThrownBy(
            () ->
                GET_USER.call(
                    () -> {
                      throw failure;
                    }))
        .isSameAs(failure);

    SpanData span = telemetry.span("Query.GetUser");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    assertThat(span.getStatus().getDescription()).isEqualTo("no device");
    assertThat(span.getEvents()).hasSize(1);
    assertThat(durations())
        .singleElement()
        .satisfies(
            point ->
                assertThat(point.getAttributes())
                    .isEqualTo(
                        outcome("Query.GetUser", "failure").toBuilder()
                            .put("error.type", "java.io.IOException")
                            .build()));
  }

  @Test
  void run_workInside_isBelowTheSpanAndHasTheKeys() {
    try (Scope scope = Correlation.of(CorrelationKey.CIRCUIT_ID, "C-1").makeCurrent()) {
      PLACE_ORDER.run(() -> GET_USER.run(() -> {}));
    }

    assertThat(telemetry.span("Query.GetUser").getParentSpanId())
        .isEqualTo(telemetry.span("Command.PlaceOrder").getSpanId());
    assertThat(RecordedTelemetry.attribute(telemetry.span("Query.GetUser"), "circuit_id"))
        .isEqualTo("C-1");
  }

  @Test
  void get_stage_endsWithTheStageAndIsTheSameObject() {
    CompletableFuture<String> future = new CompletableFuture<>();

    CompletableFuture<String> returned = PLACE_ORDER.get(() -> future);

    assertThat(returned).isSameAs(future);
    assertThat(telemetry.spans()).isEmpty();
    assertThat(Span.current().getSpanContext().isValid()).isFalse();
    future.complete("placed");
    assertThat(telemetry.spanNames()).containsExactly("Command.PlaceOrder");
  }

  @Test
  void get_stageThatFails_hasTheCauseOnTheSpan() {
    PLACE_ORDER.get(
        () ->
            CompletableFuture.supplyAsync(
                    () -> {
                      throw new IllegalStateException("no device");
                    })
                .handle(
                    (value, failure) -> {
                      throw new java.util.concurrent.CompletionException(failure.getCause());
                    }));

    org.awaitility.Awaitility.await().until(() -> !telemetry.spans().isEmpty());
    assertThat(RecordedTelemetry.attribute(telemetry.span("Command.PlaceOrder"), "error.type"))
        .isEqualTo("java.lang.IllegalStateException");
  }

  @Test
  void wrap_handler_takesTheIdOutOfTheArgument() {
    Function<String, Integer> length = GET_USER.wrap(String::length, name -> "id-" + name);

    assertThat(length.apply("ann")).isEqualTo(3);

    assertThat(RecordedTelemetry.attribute(telemetry.span("Query.GetUser"), "entity.id"))
        .isEqualTo("id-ann");
  }

  @Test
  void wrap_idThatThrows_theWorkIsDoneAllTheSame() {
    Function<String, Integer> length =
        GET_USER.wrap(
            String::length,
            name -> {
              throw new IllegalStateException();
            });

    assertThat(length.apply("ann")).isEqualTo(3);
    assertThat(telemetry.spanNames()).containsExactly("Query.GetUser");
  }

  @Test
  void entityId_long_isCut() {
    PLACE_ORDER.run("x".repeat(1000), () -> {});

    assertThat(RecordedTelemetry.attribute(telemetry.span("Command.PlaceOrder"), "entity.id"))
        .hasSize(128);
  }

  private Collection<HistogramPointData> durations() {
    return telemetry.metric("correlation.operation.duration").getHistogramData().getPoints();
  }

  private static Attributes outcome(String operation, String outcome) {
    return Attributes.of(
        AttributeKey.stringKey("operation"), operation,
        AttributeKey.stringKey("outcome"), outcome);
  }
}
