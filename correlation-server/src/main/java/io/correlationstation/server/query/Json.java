// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.otlp.JsonFault;
import io.correlationstation.server.query.Documents.ProblemDocument;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** Reads requests and writes answers as JSON. */
final class Json {

  static final String TYPE = "application/json";

  static final String PROBLEM_TYPE = "application/problem+json";
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  static byte[] bytes(Object document) {
    try {
      return MAPPER.writeValueAsBytes(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("documents are made of plain values", e);
    }
  }

  static void answer(Context context, Object document) {
    context.contentType(TYPE).result(bytes(document));
  }

  static JsonNode read(InputStream json) throws IOException {
    return MAPPER.readTree(json);
  }

  /**
   * The JSON object that a request carries.
   *
   * @throws BadRequest when it carries anything else. Another content type is refused too: only a
   *     form can be sent across sites without asking
   */
  static JsonNode body(Context context) {
    String type = context.contentType();
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith(TYPE)) {
      throw new BadRequest("the content type is not " + TYPE);
    }
    return bodyOfAnyType(context);
  }

  /**
   * The same whatever the content type, for requests that change nothing.
   *
   * @throws BadRequest when the request carries anything but a JSON object
   */
  static JsonNode bodyOfAnyType(Context context) {
    try {
      JsonNode body = MAPPER.readTree(context.bodyAsBytes());
      if (body != null && body.isObject()) {
        return body;
      }
    } catch (JsonProcessingException e) {
      throw new BadRequest("the body is not JSON: " + JsonFault.of(e));
    } catch (IOException e) {
      throw new BadRequest("the body can't be read: " + e.getMessage());
    }
    throw new BadRequest("the body is not a JSON object");
  }

  static void problem(Context context, HttpStatus status, String detail) {
    context.status(status).contentType(PROBLEM_TYPE).result(problem(status, detail));
  }

  static byte[] problem(HttpStatus status, String detail) {
    return bytes(new ProblemDocument("about:blank", status.getMessage(), status.getCode(), detail));
  }
}
