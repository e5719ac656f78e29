// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.correlationstation.correlation.messaging.MessageHeaders;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.io.IOException;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Calls by {@code RestClient} and {@code RestTemplate} carry trace and keys, in a CLIENT span each
 * that ends when the head of the answer is there. Concerns the beans {@code RestClient.Builder} and
 * {@code RestTemplate}; what the application makes by itself it gives the interceptor to.
 */
final class RestCalls implements BeanPostProcessor, ClientHttpRequestInterceptor {

  private final ObjectProvider<TelemetryOfApplication> telemetry;

  RestCalls(ObjectProvider<TelemetryOfApplication> telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof RestClient.Builder builder && telemetry.getObject().isOurs()) {
      builder.requestInterceptors(this::addTo);
    } else if (bean instanceof RestTemplate template && telemetry.getObject().isOurs()) {
      addTo(template.getInterceptors());
    }
    return bean;
  }

  private void addTo(List<ClientHttpRequestInterceptor> interceptors) {
    if (!interceptors.contains(this)) {
      interceptors.add(0, this);
    }
  }

  @Override
  public ClientHttpResponse intercept(
      HttpRequest request, byte[] body, ClientHttpRequestExecution execution) throws IOException {
    Span span = HttpSpans.startCall(request.getMethod().name(), request.getURI());
    MessageHeaders.inject(Context.current().with(span), request.getHeaders()::set);
    try {
      ClientHttpResponse response = execution.execute(request, body);
      HttpSpans.called(span, response.getStatusCode().value());
      return response;
    } catch (Throwable failure) {
      HttpSpans.failed(span, failure);
      throw failure;
    } finally {
      span.end();
    }
  }
}
