// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Writes each event of Logback as one line of JSON, with the fields that the correlation server
 * takes at {@code /api/logs}.
 *
 * <pre>{@code
 * <encoder class="io.correlationstation.correlation.logging.JsonEncoder"/>
 * }</pre>
 *
 * <p>Fields: {@code timestamp} (ISO, UTC, milliseconds), {@code severity}, {@code message}, {@code
 * logger}, {@code thread}; {@code trace_id}, {@code span_id} and the correlation keys where they
 * are known; {@code labels} with the rest of the MDC; {@code exception_type}, {@code
 * exception_message} and {@code exception_stacktrace}. What is in the MDC of the event counts more
 * than the current context, so lines are right behind an asynchronous appender too, where {@link
 * MdcAppender} or the agent fills the MDC. {@code
 * io/correlationstation/correlation/logging/console.xml} is a whole configuration that also takes
 * the level from {@code LOG_LEVEL}.
 */
public final class JsonEncoder extends EncoderBase<ILoggingEvent> {

  private static final byte[] NOTHING = {};
  private static final String TRACE_ID = "trace_id";
  private static final String SPAN_ID = "span_id";

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    Map<String, String> mdc = event.getMDCPropertyMap();
    Set<String> told = new HashSet<>();
    JsonLine line = new JsonLine();
    line.field("timestamp", Instant.ofEpochMilli(event.getTimeStamp()).toString());
    line.field("severity", event.getLevel().toString());
    line.field("message", String.valueOf(event.getFormattedMessage()));
    line.field("logger", event.getLoggerName());
    line.field("thread", event.getThreadName());
    trace(line, mdc, told);
    keys(line, mdc, told);
    labels(line, mdc, told);
    exception(line, event.getThrowableProxy());
    return line.end().getBytes(StandardCharsets.UTF_8);
  }

  private static void trace(JsonLine line, Map<String, String> mdc, Set<String> told) {
    SpanContext span = Span.current().getSpanContext();
    boolean inMdc = mdc.get(TRACE_ID) != null;
    if (inMdc || span.isValid()) {
      line.field(TRACE_ID, inMdc ? mdc.get(TRACE_ID) : span.getTraceId());
      line.field(SPAN_ID, inMdc ? mdc.get(SPAN_ID) : span.getSpanId());
    }
    told.add(TRACE_ID);
    told.add(SPAN_ID);
  }

  private static void keys(JsonLine line, Map<String, String> mdc, Set<String> told) {
    Correlation current = Correlation.current();
    for (CorrelationKey key : CorrelationKey.declared()) {
      String value = mdc.get(key.name());
      line.field(key.name(), value == null ? current.get(key) : value);
      told.add(key.name());
    }
  }

  private static void labels(JsonLine line, Map<String, String> mdc, Set<String> told) {
    line.object(
        "labels",
        labels ->
            mdc.forEach(
                (name, value) -> {
                  if (!told.contains(name)) {
                    labels.field(name, value);
                  }
                }));
  }

  private static void exception(JsonLine line, IThrowableProxy exception) {
    if (exception != null) {
      line.field("exception_type", exception.getClassName());
      line.field("exception_message", exception.getMessage());
      line.field("exception_stacktrace", ThrowableProxyUtil.asString(exception));
    }
  }
}
