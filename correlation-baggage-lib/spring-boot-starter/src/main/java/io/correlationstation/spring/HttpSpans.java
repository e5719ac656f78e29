// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.net.URI;

/** What the spans of requests and of calls have in common, after the semantic conventions. */
final class HttpSpans {

  private static final int FIRST_CLIENT_ERROR = 400;
  private static final int FIRST_SERVER_ERROR = 500;

  private HttpSpans() {}

  static SpanBuilder builder(SpanKind kind, String method, Context parent) {
    return GlobalOpenTelemetry.getTracer("io.correlationstation.spring")
        .spanBuilder(method)
        .setParent(parent)
        .setSpanKind(kind)
        .setAttribute("http.request.method", method);
  }

  /**
   * A span below the current one; it tells the address without user and query, which may be secret.
   */
  static Span startCall(String method, URI uri) {
    SpanBuilder call =
        builder(SpanKind.CLIENT, method, Context.current())
            .setAttribute("url.full", uri.getScheme() + "://" + authority(uri) + uri.getRawPath());
    String host = uri.getHost();
    if (host != null) {
      long port = uri.getPort() < 0 ? defaultPort(uri) : uri.getPort();
      call.setAttribute("server.address", host).setAttribute("server.port", port);
    }
    return call.startSpan();
  }

  /**
   * Without the user; a name with an underscore has an authority, but is no host to {@code URI}.
   */
  private static String authority(URI uri) {
    String authority = uri.getRawAuthority();
    return authority == null ? "" : authority.substring(authority.lastIndexOf('@') + 1);
  }

  private static int defaultPort(URI uri) {
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }

  /** A wrong request is no failure of the one that refuses it. */
  static void served(Span span, int status) {
    answered(span, status, FIRST_SERVER_ERROR);
  }

  static void called(Span span, int status) {
    answered(span, status, FIRST_CLIENT_ERROR);
  }

  private static void answered(Span span, int status, int firstError) {
    span.setAttribute("http.response.status_code", (long) status);
    if (status >= firstError) {
      span.setStatus(StatusCode.ERROR);
    }
  }

  static void failed(Span span, Throwable failure) {
    span.recordException(failure);
    span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
  }
}
