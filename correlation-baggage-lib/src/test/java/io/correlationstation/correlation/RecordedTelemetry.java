// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryLogRecordExporter;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An SDK that is global during a test and keeps what it is told. */
public final class RecordedTelemetry implements BeforeEachCallback, AfterEachCallback {

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final InMemoryLogRecordExporter logs = InMemoryLogRecordExporter.create();
  private final InMemoryMetricReader metrics = InMemoryMetricReader.create();

  @Override
  public void beforeEach(ExtensionContext test) {
    GlobalOpenTelemetry.resetForTest();
    OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder()
                .addSpanProcessor(new KeysOnSpans())
                .addSpanProcessor(SimpleSpanProcessor.create(spans))
                .build())
        .setLoggerProvider(
            SdkLoggerProvider.builder()
                .addLogRecordProcessor(new KeysOnLogs())
                .addLogRecordProcessor(SimpleLogRecordProcessor.create(logs))
                .build())
        .setMeterProvider(SdkMeterProvider.builder().registerMetricReader(metrics).build())
        .setPropagators(
            ContextPropagators.create(
                TextMapPropagator.composite(
                    W3CTraceContextPropagator.getInstance(), W3CBaggagePropagator.getInstance())))
        .buildAndRegisterGlobal();
  }

  @Override
  public void afterEach(ExtensionContext test) {
    GlobalOpenTelemetry.resetForTest();
    assertThat(Context.current()).isSameAs(Context.root());
  }

  public List<SpanData> spans() {
    return spans.getFinishedSpanItems();
  }

  public List<String> spanNames() {
    return spans().stream().map(SpanData::getName).toList();
  }

  public SpanData span(String name) {
    return spans().stream()
        .filter(span -> span.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no span " + name + " in " + spanNames()));
  }

  public static String attribute(SpanData span, String name) {
    return span.getAttributes().get(AttributeKey.stringKey(name));
  }

  public List<LogRecordData> logs() {
    return logs.getFinishedLogRecordItems();
  }

  public LogRecordData log(String eventName) {
    return logs().stream()
        .filter(log -> eventName.equals(log.getEventName()))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no event " + eventName + " in " + logs()));
  }

  public static String attribute(LogRecordData log, String name) {
    return log.getAttributes().get(AttributeKey.stringKey(name));
  }

  public MetricData metric(String name) {
    return metrics.collectAllMetrics().stream()
        .filter(metric -> metric.getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no metric " + name));
  }
}
