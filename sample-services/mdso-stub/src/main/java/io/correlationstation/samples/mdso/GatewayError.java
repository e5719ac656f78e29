// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.http.Request;
import java.time.Instant;
import java.util.UUID;

/**
 * A request the API gateway refuses. The document has the gateway's shape, with a {@code trace_id}
 * of its own that has nothing to do with the caller's.
 */
final class GatewayError extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final int status;

  GatewayError(int status, String reason) {
    super(reason, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  ObjectNode toJson(Request request, Instant now) {
    String path = request.getUrl();
    int question = path.indexOf('?');
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ObjectNode error = document.putArray("errors").addObject();
    error.put("app", "api-gw").put("app_instance", "0").put("container", "api-gw_1");
    error.put("host", "bp-host-1").put("namespace", "BPAPIGW").put("pid", "1");
    error.put("priority", "4").put("timestamp", now.toString());
    error.put("trace_id", UUID.randomUUID().toString()).put("hop_id", UUID.randomUUID().toString());
    error.put("http_method", request.getMethod().getName());
    error.put("http_path", question < 0 ? path : path.substring(0, question));
    error.put("http_query", question < 0 ? "" : path.substring(question + 1));
    error.put("msg_code", "bpapigw-300").put("msg", getMessage());
    document.putObject("failureInfo").put("reason", getMessage());
    return document;
  }
}
