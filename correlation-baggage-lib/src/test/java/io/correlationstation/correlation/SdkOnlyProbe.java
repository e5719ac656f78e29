// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.correlationstation.correlation.mdso.MdsoEvents;
import io.correlationstation.correlation.messaging.MessageHeaders;
import io.correlationstation.correlation.metrics.BoundedMetrics;
import io.correlationstation.correlation.traced.Operation;
import io.correlationstation.correlation.traced.TracedProxy;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.util.function.Supplier;

/** Uses what needs nothing but the SDK; run by a class loader that knows no more. */
public final class SdkOnlyProbe {

  private SdkOnlyProbe() {}

  /** Returns the names of the spans that were made. */
  @SuppressWarnings("unchecked")
  public static String run() throws Exception {
    InMemorySpanExporter spans = InMemorySpanExporter.create();
    OpenTelemetrySdk.builder()
        .setTracerProvider(
            SdkTracerProvider.builder().addSpanProcessor(SimpleSpanProcessor.create(spans)).build())
        .buildAndRegisterGlobal();
    Supplier<String> circuits = TracedProxy.repository(Supplier.class, () -> "C-1");
    try (Workflow workflow = Workflow.start("order")) {
      workflow.step("reserve", () -> Operation.query("GetCircuit").get(circuits));
      MdsoEvents.create().tokenDeleted();
      BoundedMetrics.counter("orders", "1").add(1);
      MessageHeaders.of(Context.current());
      workflow.end(true);
    }
    return spans.getFinishedSpanItems().stream().map(SpanData::getName).toList().toString();
  }
}
