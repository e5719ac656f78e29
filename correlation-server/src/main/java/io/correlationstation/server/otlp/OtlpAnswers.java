// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Bodies of the answers to OTLP requests, in either encoding: {@code Export…ServiceResponse} and
 * {@code google.rpc.Status}.
 */
public final class OtlpAnswers {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String TYPES = "type.googleapis.com/google.rpc.";
  private static final int MAX_MESSAGE = 4096;

  private OtlpAnswers() {}

  /**
   * The protobuf response: empty when everything was taken, else a partial success with the
   * message; no rejected items but a message is a warning.
   */
  public static byte[] success(int rejected, String message) {
    WireWriter out = new WireWriter(64);
    if (rejected > 0 || !message.isEmpty()) {
      int partial = out.begin(1);
      if (rejected > 0) {
        out.varintField(1, rejected);
      }
      out.stringField(2, shorten(message));
      out.end(partial);
    }
    return out.toByteArray();
  }

  /**
   * As {@link #success}, in JSON.
   *
   * @param counter name of the count, such as {@code rejectedSpans}
   */
  public static byte[] successJson(String counter, int rejected, String message) {
    return json(
        out -> {
          if (rejected > 0 || !message.isEmpty()) {
            out.writeObjectFieldStart("partialSuccess");
            if (rejected > 0) {
              out.writeStringField(counter, Integer.toString(rejected));
            }
            out.writeStringField("errorMessage", shorten(message));
            out.writeEndObject();
          }
        });
  }

  /**
   * A {@code google.rpc.Status}.
   *
   * @param code the gRPC code
   * @param retryAfterSeconds adds {@code RetryInfo} when positive
   */
  public static byte[] status(int code, String message, int retryAfterSeconds) {
    WireWriter out = new WireWriter(128);
    out.varintField(1, code);
    out.stringField(2, shorten(message));
    if (retryAfterSeconds > 0) {
      int any = out.begin(3);
      out.stringField(1, TYPES + "RetryInfo");
      out.bytesField(2, retryInfo(retryAfterSeconds));
      out.end(any);
    } else if (code == 3) {
      int any = out.begin(3);
      out.stringField(1, TYPES + "BadRequest");
      out.bytesField(2, badRequest(shorten(message)));
      out.end(any);
    }
    return out.toByteArray();
  }

  /** As {@link #status}, in JSON. */
  public static byte[] statusJson(int code, String message, int retryAfterSeconds) {
    return json(
        out -> {
          out.writeNumberField("code", code);
          out.writeStringField("message", shorten(message));
          if (retryAfterSeconds > 0) {
            out.writeArrayFieldStart("details");
            out.writeStartObject();
            out.writeStringField("@type", TYPES + "RetryInfo");
            out.writeStringField("retryDelay", retryAfterSeconds + "s");
            out.writeEndObject();
            out.writeEndArray();
          }
        });
  }

  private static byte[] retryInfo(int seconds) {
    WireWriter out = new WireWriter(16);
    int delay = out.begin(1);
    out.varintField(1, seconds);
    out.end(delay);
    return out.toByteArray();
  }

  private static byte[] badRequest(String description) {
    WireWriter out = new WireWriter(64);
    int violation = out.begin(1);
    out.stringField(2, description);
    out.end(violation);
    return out.toByteArray();
  }

  private static String shorten(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + " …";
  }

  private interface Members {
    void write(JsonGenerator out) throws IOException;
  }

  private static byte[] json(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      members.write(out);
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }
}
