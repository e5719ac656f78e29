// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.mdso;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationKey;
import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.logs.LogRecordBuilder;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import java.time.Duration;

/**
 * Tells what happens in and around the orchestrator, as events: log records with an event name, in
 * the trace of the current span and with the current correlation keys.
 *
 * <pre>{@code
 * MdsoEvents events = MdsoEvents.create().productType("service_mapper").tid("EXPLTXAA01W");
 * events.resourceStateChanged("11111111-1111-4111-8111-111111111111", "activating", "failed");
 * events.errorCategorized("DE-1001", "unable to connect to device EXPLTXAA01W");
 * }</pre>
 *
 * <p>What every event is about ({@link #productType}, {@link #tid} …) is set once, on an immutable
 * copy. Names and attributes are those of the MDSO bridge, so both tell one story. Text is cut to
 * {@value #MAX_TEXT} characters on one line. A token's value is never a part of an event.
 * Thread-safe; does nothing without an SDK or agent.
 */
public final class MdsoEvents {

  static final int MAX_TEXT = 500;

  private static final AttributeKey<String> CIRCUIT_ID = text("mdso.circuit_id");
  private static final AttributeKey<String> RESOURCE_ID = text("mdso.resource_id");
  private static final AttributeKey<String> PRODUCT_NAME = text("mdso.product_name");
  private static final AttributeKey<String> PRODUCT_TYPE = text("mdso.product_type");
  private static final AttributeKey<String> TID = text("mdso.tid");
  private static final AttributeKey<String> MANAGEMENT_IP = text("mdso.management_ip");
  private static final AttributeKey<String> ORCH_STATE = text("mdso.orch_state");
  private static final AttributeKey<String> PREVIOUS_STATE = text("mdso.orch_state.previous");
  private static final AttributeKey<String> DEFECT_CODE = text("mdso.defect_code");
  private static final AttributeKey<String> TIME_RANGE = text("mdso.time_range");
  private static final AttributeKey<Long> LOG_COUNT = AttributeKey.longKey("mdso.log_count");
  private static final AttributeKey<String> PATH = text("file.path");
  private static final AttributeKey<String> CHANNEL = text("mdso.notification.channel");
  private static final AttributeKey<Long> VALID_FOR = AttributeKey.longKey("mdso.token.valid_s");
  private static final AttributeKey<String> MESSAGE = text("exception.message");

  private static final MdsoEvents ABOUT_NOTHING = new MdsoEvents(Attributes.empty());

  private final Attributes about;

  private MdsoEvents(Attributes about) {
    this.about = about;
  }

  /** Events that are about nothing in particular yet. */
  public static MdsoEvents create() {
    return ABOUT_NOTHING;
  }

  /** About a product, such as {@code ServiceMapper}. */
  public MdsoEvents productName(String name) {
    return about(PRODUCT_NAME, name);
  }

  /** About a kind of product, such as {@code service_mapper}. */
  public MdsoEvents productType(String type) {
    return about(PRODUCT_TYPE, type);
  }

  /** About a device by its CLLI name, such as {@code EXPLTXAA01W}. */
  public MdsoEvents tid(String tid) {
    return about(TID, tid);
  }

  /** About a device by the address of its management side. */
  public MdsoEvents managementIp(String address) {
    return about(MANAGEMENT_IP, address);
  }

  /** About what lies within a time, such as {@code 3h}. */
  public MdsoEvents timeRange(String range) {
    return about(TIME_RANGE, range);
  }

  private MdsoEvents about(AttributeKey<String> key, String value) {
    return new MdsoEvents(about.toBuilder().put(key, oneLine(value)).build());
  }

  /** {@code token_acquired}: a login succeeded. */
  public void tokenAcquired(Duration validFor) {
    if (!CurrentTelemetry.get().isOff()) {
      emit("token_acquired", "token acquired", with(VALID_FOR, validFor.getSeconds()));
    }
  }

  /** {@code token_deleted}: a session was given back. */
  public void tokenDeleted() {
    if (!CurrentTelemetry.get().isOff()) {
      emit("token_deleted", "token deleted", Attributes.builder());
    }
  }

  /**
   * {@code resource_state_changed}: a resource went from one {@code orchState} to another, such as
   * from {@code activating} to {@code active}.
   */
  public void resourceStateChanged(String resourceId, String from, String to) {
    if (!CurrentTelemetry.get().isOff()) {
      emit(
          "resource_state_changed",
          "resource " + resourceId + " went from " + from + " to " + to,
          with(RESOURCE_ID, oneLine(resourceId))
              .put(PREVIOUS_STATE, oneLine(from))
              .put(ORCH_STATE, oneLine(to)));
    }
  }

  /** {@code directory_created}: a place for logs was made. */
  public void directoryCreated(String path) {
    if (!CurrentTelemetry.get().isOff()) {
      emit("directory_created", "directory created: " + path, with(PATH, oneLine(path)));
    }
  }

  /** {@code log_archived}: log files were put into an archive. */
  public void logArchived(String path, long logCount) {
    if (!CurrentTelemetry.get().isOff()) {
      emit(
          "log_archived",
          logCount + " logs archived: " + path,
          with(PATH, oneLine(path)).put(LOG_COUNT, logCount));
    }
  }

  /** {@code notification_sent}: people were told, over a channel such as {@code webex}. */
  public void notificationSent(String channel, String summary) {
    if (!CurrentTelemetry.get().isOff()) {
      emit("notification_sent", summary, with(CHANNEL, oneLine(channel)));
    }
  }

  /**
   * {@code error_categorized}: an error got its defect code. An ERROR record, an event of the
   * current span, and the code as {@code mdso.defect_code} on that span.
   *
   * @param defectCode such as {@code DE-1001}
   */
  public void errorCategorized(String defectCode, String message) {
    if (CurrentTelemetry.get().isOff()) {
      return;
    }
    AttributesBuilder error = with(DEFECT_CODE, oneLine(defectCode)).put(MESSAGE, oneLine(message));
    Span.current()
        .addEvent("error_categorized", error.build())
        .setAttribute(DEFECT_CODE, oneLine(defectCode));
    record("error_categorized", message, Severity.ERROR, error).emit();
  }

  /** {@code mdso_error}: something failed, with its stack trace. */
  public void error(Throwable failure) {
    if (CurrentTelemetry.get().isOff()) {
      return;
    }
    Span.current().recordException(failure);
    record("mdso_error", String.valueOf(failure.getMessage()), Severity.ERROR, Attributes.builder())
        .setException(failure)
        .emit();
  }

  private void emit(String event, String body, AttributesBuilder details) {
    record(event, body, Severity.INFO, details).emit();
  }

  private LogRecordBuilder record(
      String event, String body, Severity severity, AttributesBuilder details) {
    Correlation keys = Correlation.current();
    AttributesBuilder attributes = about.toBuilder();
    keys.forEach((key, value) -> attributes.put(key.name(), value));
    String circuit = keys.get(CorrelationKey.CIRCUIT_ID);
    if (circuit != null) {
      attributes.put(CIRCUIT_ID, circuit);
    }
    return CurrentTelemetry.get()
        .logger()
        .logRecordBuilder()
        .setEventName(event)
        .setSeverity(severity)
        .setSeverityText(severity.name())
        .setBody(oneLine(body))
        .setAllAttributes(attributes.putAll(details.build()).build());
  }

  private static <T> AttributesBuilder with(AttributeKey<T> key, T value) {
    return Attributes.builder().put(key, value);
  }

  /** Without line breaks, and never half a character at the end. */
  private static String oneLine(String text) {
    String line = text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
    if (line.length() <= MAX_TEXT) {
      return line;
    }
    int end = Character.isHighSurrogate(line.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT;
    return line.substring(0, end);
  }

  private static AttributeKey<String> text(String name) {
    return AttributeKey.stringKey(name);
  }
}
