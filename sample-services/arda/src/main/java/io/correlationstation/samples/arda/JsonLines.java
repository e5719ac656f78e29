// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Logback's JSON encoder with an ISO time and short names: {@code
 * {"timestamp":"2025-01-01T00:00:00Z","level":"INFO","thread":"…","logger":"…","mdc":{…},"message":"…"}}.
 *
 * <p>The agent fills {@code mdc} with {@code trace_id}, {@code span_id} and the correlation keys.
 */
public final class JsonLines extends JsonEncoder {

  private static final Map<String, String> SHORT_NAMES =
      Map.of(
          THREAD_NAME_ATTR_NAME, "thread",
          LOGGER_ATTR_NAME, "logger",
          FORMATTED_MESSAGE_ATTR_NAME, "message");

  /** Called by Logback. */
  public JsonLines() {
    setWithSequenceNumber(false);
    setWithNanoseconds(false);
    setWithContext(false);
    setWithMarkers(false);
    setWithArguments(false);
    setWithKVPList(false);
    setWithMessage(false);
    setWithFormattedMessage(true);
    setWithThrowable(false);
  }

  /** The throwable comes last, and only when there is one. */
  @Override
  protected void appendCustomFields(StringBuilder line, ILoggingEvent event) {
    IThrowableProxy throwable = event.getThrowableProxy();
    if (throwable != null) {
      appendThrowableProxy(line, THROWABLE_ATTR_NAME, throwable);
    }
  }

  @Override
  protected void appenderMember(StringBuilder line, String name, @Nullable String value) {
    super.appenderMember(line, SHORT_NAMES.getOrDefault(name, name), value);
  }

  @Override
  protected void appenderMemberWithLongValue(StringBuilder line, String name, long value) {
    if (name.equals(TIMESTAMP_ATTR_NAME)) {
      super.appenderMember(line, name, Instant.ofEpochMilli(value).toString());
    } else {
      super.appenderMemberWithLongValue(line, name, value);
    }
  }
}
