// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.telemetry;

import io.correlationstation.mdso.OtlpSink;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Context;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the bridge's own spans and events and hands them to the sink in batches.
 *
 * <p>The current span travels in the OpenTelemetry {@link Context}, so wrapping an executor with
 * {@code Context.taskWrapping} keeps parents across threads, and an agent that instruments this
 * process sees the same parents. A span or event that the sink refuses is dropped and counted: what
 * the bridge says about itself never stops a collection.
 *
 * <p>Shape: at most {@value #BATCH} finished spans and events wait in memory. Thread-safe.
 */
public final class SpanRecorder {

  private static final int BATCH = 512;
  private static final Logger logger = LoggerFactory.getLogger(SpanRecorder.class);

  private final OtlpSink sink;
  private final Clock clock;
  private final Resource resource;
  private final AtomicLong dropped = new AtomicLong();
  private List<Span> spans = new ArrayList<>();
  private List<LogRecord> events = new ArrayList<>();

  public SpanRecorder(OtlpSink sink, Clock clock, String environment) {
    this.sink = sink;
    this.clock = clock;
    this.resource = Otlp.ownResource(environment);
  }

  /** Starts an INTERNAL span below the current one and makes it current until it is closed. */
  public ActiveSpan start(String name) {
    return start(name, Span.SpanKind.SPAN_KIND_INTERNAL);
  }

  /** Starts a CLIENT span; name it by the route template, never by the URL. */
  public ActiveSpan startClient(String name) {
    return start(name, Span.SpanKind.SPAN_KIND_CLIENT);
  }

  private ActiveSpan start(String name, Span.SpanKind kind) {
    SpanContext parent =
        io.opentelemetry.api.trace.Span.fromContext(Context.current()).getSpanContext();
    String traceId = parent.isValid() ? parent.getTraceId() : randomId(2);
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(Otlp.id(traceId))
            .setName(name)
            .setKind(kind)
            .setStartTimeUnixNano(now());
    if (parent.isValid()) {
      span.setParentSpanId(Otlp.id(parent.getSpanId()));
    }
    return new ActiveSpan(this, span, traceId, randomId(1));
  }

  /** An event of the current span, or a log record, sent at once, when there is none. */
  public void event(String name, String... attributes) {
    ActiveSpan current = ActiveSpan.current();
    if (current != null) {
      current.event(name, attributes);
      return;
    }
    LogRecord.Builder event =
        LogRecord.newBuilder()
            .setTimeUnixNano(now())
            .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_INFO)
            .setSeverityText("INFO")
            .setEventName(name)
            .setBody(Otlp.text("", name).getValue());
    for (int i = 0; i < attributes.length; i += 2) {
      event.addAttributes(Otlp.text(attributes[i], attributes[i + 1]));
    }
    synchronized (this) {
      events.add(event.build());
    }
    flush();
  }

  /** Spans and events that the sink refused. */
  public long dropped() {
    return dropped.get();
  }

  /** Hands over what is finished. */
  public void flush() {
    List<Span> spansToSend;
    List<LogRecord> eventsToSend;
    synchronized (this) {
      spansToSend = spans;
      eventsToSend = events;
      spans = new ArrayList<>();
      events = new ArrayList<>();
    }
    if (!spansToSend.isEmpty()) {
      send(spansToSend.size(), () -> sink.traces(Requests.traces(resource, spansToSend)));
    }
    if (!eventsToSend.isEmpty()) {
      send(eventsToSend.size(), () -> sink.logs(Requests.logs(resource, eventsToSend)));
    }
  }

  void finished(Span span) {
    boolean full;
    synchronized (this) {
      spans.add(span);
      full = spans.size() >= BATCH;
    }
    if (full) {
      flush();
    }
  }

  long now() {
    return Otlp.nanos(clock.instant());
  }

  private void send(int count, Export export) {
    try {
      export.run();
    } catch (IOException e) {
      if (dropped.getAndAdd(count) == 0) {
        logger.warn("The sink refused spans or events of the bridge itself", e);
      }
    }
  }

  /** {@code words} times 16 hexadecimal digits, never all zero. */
  private static String randomId(int words) {
    StringBuilder id = new StringBuilder(16 * words);
    for (int i = 0; i < words; i++) {
      long word = ThreadLocalRandom.current().nextLong();
      id.append(String.format("%016x", word == 0 ? 1 : word));
    }
    return id.toString();
  }

  private interface Export {
    void run() throws IOException;
  }
}
