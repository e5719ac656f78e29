// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.messaging.MessageHeaders;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
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

/**
 * Continues what a request carries: its trace and keys are current while the request is served, in
 * a SERVER span named after method and route, and the keys go back in the answer. Does nothing
 * under the agent, which does all of this.
 *
 * <p>A request that is answered asynchronously is served on several threads, one after the other:
 * the same span and keys are current on each that the container dispatches, and the span ends when
 * the answer is complete.
 */
final class RequestFilter extends OncePerRequestFilter implements Ordered {

  private static final String SERVED = RequestFilter.class.getName() + ".served";

  private final boolean active;

  RequestFilter(TelemetryOfApplication telemetry) {
    this.active = telemetry.isOurs();
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
  protected boolean shouldNotFilterAsyncDispatch() {
    return false;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    ServedRequest known = (ServedRequest) request.getAttribute(SERVED);
    ServedRequest served = known == null ? start(request, response) : known;
    try (Scope scope = served.context().makeCurrent()) {
      chain.doFilter(request, response);
    } catch (Throwable failure) {
      served.failed(failure);
      throw failure;
    } finally {
      served.dispatched();
    }
  }

  private static ServedRequest start(HttpServletRequest request, HttpServletResponse response) {
    Context received = MessageHeaders.extract(headers(request));
    Span span =
        HttpSpans.builder(SpanKind.SERVER, request.getMethod(), received)
            .setAttribute("url.path", request.getRequestURI())
            .startSpan();
    Correlation.from(received).forEach((key, value) -> response.setHeader(key.header(), value));
    ServedRequest served = new ServedRequest(request, response, received.with(span));
    request.setAttribute(SERVED, served);
    return served;
  }

  private static Map<String, String> headers(HttpServletRequest request) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : Collections.list(request.getHeaderNames())) {
      headers.put(name, request.getHeader(name));
    }
    return headers;
  }
}
