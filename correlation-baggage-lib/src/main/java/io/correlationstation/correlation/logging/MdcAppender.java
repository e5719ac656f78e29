// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import io.correlationstation.correlation.Correlation;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Fills the MDC of events with {@code trace_id}, {@code span_id} and the correlation keys of the
 * moment, and hands them on: for patterns such as {@code %X{circuit_id}}, and for whatever comes
 * behind an asynchronous appender. Not needed under the agent, which does the same.
 *
 * <pre>{@code
 * <appender name="WITH_KEYS" class="io.correlationstation.correlation.logging.MdcAppender">
 *   <appender-ref ref="ASYNC"/>
 * </appender>
 * }</pre>
 *
 * <p>What the service itself put into the MDC under such a name stays as it is.
 */
public final class MdcAppender extends UnsynchronizedAppenderBase<ILoggingEvent>
    implements AppenderAttachable<ILoggingEvent> {

  private final AppenderAttachableImpl<ILoggingEvent> appenders = new AppenderAttachableImpl<>();

  @Override
  protected void append(ILoggingEvent event) {
    Added added = new Added();
    try {
      SpanContext span = Span.current().getSpanContext();
      if (span.isValid() && added.put("trace_id", span.getTraceId())) {
        added.put("span_id", span.getSpanId());
      }
      Correlation.current().forEach((key, value) -> added.put(key.name(), value));
      event.getMDCPropertyMap(); // taken by the event now; it keeps what it took
      appenders.appendLoopOnAppenders(event);
    } finally {
      added.remove();
    }
  }

  /** What this call put into the MDC of the thread. */
  private static final class Added {

    private final List<String> names = new ArrayList<>(4);

    boolean put(String name, String value) {
      if (MDC.get(name) != null) {
        return false;
      }
      MDC.put(name, value);
      return names.add(name);
    }

    void remove() {
      names.forEach(MDC::remove);
    }
  }

  @Override
  public void addAppender(Appender<ILoggingEvent> appender) {
    appenders.addAppender(appender);
  }

  @Override
  public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
    return appenders.iteratorForAppenders();
  }

  @Override
  public @Nullable Appender<ILoggingEvent> getAppender(String name) {
    return appenders.getAppender(name);
  }

  @Override
  public boolean isAttached(Appender<ILoggingEvent> appender) {
    return appenders.isAttached(appender);
  }

  @Override
  public void detachAndStopAllAppenders() {
    appenders.detachAndStopAllAppenders();
  }

  @Override
  public boolean detachAppender(Appender<ILoggingEvent> appender) {
    return appenders.detachAppender(appender);
  }

  @Override
  public boolean detachAppender(String name) {
    return appenders.detachAppender(name);
  }
}
