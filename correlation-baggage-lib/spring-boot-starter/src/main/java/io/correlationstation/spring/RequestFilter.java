// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.CorrelationTelemetry.Mode;
import io.correlationstation.correlation.messaging.MessageHeaders;
import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.core.Ordered;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Continues what a request carries: its trace and keys are current while the request is served, in
 * a SERVER span named after method and route, and the keys go back in the answer. Does nothing
 * under the agent, which does all of this.
 *
 * <p>For requests that are answered asynchronously the span ends with the first thread.
 */
final class RequestFilter extends OncePerRequestFilter implements Ordered {

  private static final int FIRST_SERVER_ERROR = 500;

  private final boolean active;

  RequestFilter(Mode mode) {
    this.active = mode == Mode.SDK || mode == Mode.EXISTING;
  }

  @Override
  public int getOrder() {
    return Ordered.HIGHEST_PRECEDENCE + 10;
  }

  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return !active;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Context received = MessageHeaders.extract(headers(request));
    Span span =
        GlobalOpenTelemetry.getTracer("io.correlationstation.spring")
            .spanBuilder(request.getMethod())
            .setParent(received)
            .setSpanKind(SpanKind.SERVER)
            .setAttribute("http.request.method", request.getMethod())
            .setAttribute("url.path", request.getRequestURI())
            .startSpan();
    Correlation.from(received).forEach((key, value) -> response.setHeader(key.header(), value));
    try (Scope scope = received.with(span).makeCurrent()) {
      chain.doFilter(request, response);
      span.setAttribute("http.response.status_code", (long) response.getStatus());
      if (response.getStatus() >= FIRST_SERVER_ERROR) {
        span.setStatus(StatusCode.ERROR);
      }
    } catch (Throwable failure) {
      span.recordException(failure);
      span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
      throw failure;
    } finally {
      nameAfterRoute(span, request);
      span.end();
    }
  }

  private static Map<String, String> headers(HttpServletRequest request) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : Collections.list(request.getHeaderNames())) {
      headers.put(name, request.getHeader(name));
    }
    return headers;
  }

  /** The route is a template such as {@code /circuits/{id}}: few names, and no ids in them. */
  private static void nameAfterRoute(Span span, HttpServletRequest request) {
    Object route = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
    if (route != null) {
      span.updateName(request.getMethod() + " " + route);
      span.setAttribute("http.route", route.toString());
    }
  }
}
