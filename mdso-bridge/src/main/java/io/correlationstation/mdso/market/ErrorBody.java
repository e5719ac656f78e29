// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.SecretMask;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What the API gateway says about a refused call: its own ids and the reason. A body of another
 * shape, HTML for example, gives nulls.
 *
 * @param reason secrets masked
 */
record ErrorBody(@Nullable String traceId, @Nullable String hopId, @Nullable String reason) {

  private static final int MAX_REASON = 200;
  private static final ErrorBody UNKNOWN = new ErrorBody(null, null, null);

  static ErrorBody parse(byte[] body) {
    JsonNode json;
    try {
      json = Json.MAPPER.readTree(body);
    } catch (IOException e) {
      return UNKNOWN;
    }
    if (json == null) {
      return UNKNOWN;
    }
    JsonNode error = json.path("errors").path(0);
    return new ErrorBody(
        Json.text(error.path("trace_id")),
        Json.text(error.path("hop_id")),
        reason(json.path("failureInfo").path("reason"), error.path("msg")));
  }

  private static @Nullable String reason(JsonNode reason, JsonNode message) {
    String text = Json.text(reason);
    if (text == null) {
      text = Json.text(message);
    }
    return text == null
        ? null
        : Otlp.cut(SecretMask.mask(text).replaceAll("\\s+", " "), MAX_REASON);
  }
}
