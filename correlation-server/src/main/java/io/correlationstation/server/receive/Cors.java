// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Lets pages of the configured origins send; without any, a pre-flight is a wrong method. */
final class Cors {

  private static final String HEADERS =
      "authorization, content-encoding, content-type, idempotency-key, traceparent, tracestate,"
          + " x-scope-orgid";
  private static final String MAX_AGE_SECONDS = "7200";

  private final Set<String> origins;

  Cors(Set<String> origins) {
    this.origins = origins;
  }

  /**
   * Marks the response for an allowed origin; true when the request was a pre-flight and is done.
   */
  boolean answered(Request request, Response response, Callback callback) {
    String origin = request.getHeaders().get(HttpHeader.ORIGIN);
    if (origins.isEmpty() || origin == null) {
      return false;
    }
    boolean preFlight =
        HttpMethod.OPTIONS.is(request.getMethod())
            && request.getHeaders().contains(HttpHeader.ACCESS_CONTROL_REQUEST_METHOD);
    HttpFields.Mutable headers = response.getHeaders();
    headers.put(HttpHeader.VARY, "Origin");
    if (origins.contains("*") || origins.contains(origin)) {
      headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      if (preFlight) {
        headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_METHODS, "POST");
        headers.put(HttpHeader.ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
        headers.put(HttpHeader.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
      }
    }
    if (preFlight) {
      response.setStatus(204);
      callback.succeeded();
    }
    return preFlight;
  }
}
