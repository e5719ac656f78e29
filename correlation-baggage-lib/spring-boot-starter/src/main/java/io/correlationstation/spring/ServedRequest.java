// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.web.servlet.HandlerMapping;

/**
 * A request from its arrival to the end of its answer. Its span ends with the first dispatch that
 * leaves nothing to wait for, else when the container says that the answer is complete.
 *
 * <p>The container runs dispatches and events of one request one after the other.
 */
final class ServedRequest implements AsyncListener {

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Context context;
  private final Span span;
  private boolean failed;
  private boolean listening;

  ServedRequest(HttpServletRequest request, HttpServletResponse response, Context context) {
    this.request = request;
    this.response = response;
    this.context = context;
    this.span = Span.fromContext(context);
  }

  /** With the span and what the request carried. */
  Context context() {
    return context;
  }

  void failed(Throwable failure) {
    failed = true;
    HttpSpans.failed(span, failure);
  }

  /** One dispatch is over. */
  void dispatched() {
    nameAfterRoute();
    if (listening) {
      return;
    }
    if (request.isAsyncStarted()) {
      listening = true;
      request.getAsyncContext().addListener(this);
    } else {
      end();
    }
  }

  private void end() {
    if (!failed) { // else the status is what it was before the container answers for the failure
      HttpSpans.served(span, response.getStatus());
    }
    span.end();
  }

  /**
   * The route is a template such as {@code /circuits/{id}}: few names, and no ids in them. Asked
   * before the container dispatches to its error page, which has a route too.
   */
  private void nameAfterRoute() {
    Object route = request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
    if (route != null) {
      span.updateName(request.getMethod() + " " + route);
      span.setAttribute("http.route", route.toString());
    }
  }

  @Override
  public void onComplete(AsyncEvent event) {
    end();
  }

  @Override
  public void onError(AsyncEvent event) {
    if (event.getThrowable() != null) {
      failed(event.getThrowable());
    }
  }

  /** What the application answers after its time is over tells whether that is a failure. */
  @Override
  public void onTimeout(AsyncEvent event) {}

  /** A new round has no listeners. */
  @Override
  public void onStartAsync(AsyncEvent event) {
    event.getAsyncContext().addListener(this);
  }
}
