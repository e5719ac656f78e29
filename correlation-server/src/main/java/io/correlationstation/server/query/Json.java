// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.query.Documents.ProblemDocument;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;

/** Writes answers as JSON. */
final class Json {

  static final String TYPE = "application/json";

  private static final String PROBLEM_TYPE = "application/problem+json";
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

  static void problem(Context context, HttpStatus status, String detail) {
    context
        .status(status)
        .contentType(PROBLEM_TYPE)
        .result(
            bytes(
                new ProblemDocument("about:blank", status.getMessage(), status.getCode(), detail)));
  }
}
