// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.correlationstation.correlation.messaging.MessageHeaders;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/**
 * Calls by {@code WebClient} carry trace and keys of the thread that subscribes, in a CLIENT span
 * each that ends when the head of the answer is there, or the call is cancelled. Concerns the beans
 * {@code WebClient.Builder}.
 */
final class ReactiveCalls implements BeanPostProcessor, ExchangeFilterFunction {

  private final ObjectProvider<TelemetryOfApplication> telemetry;

  ReactiveCalls(ObjectProvider<TelemetryOfApplication> telemetry) {
    this.telemetry = telemetry;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    if (bean instanceof WebClient.Builder builder && telemetry.getObject().isOurs()) {
      builder.filters(
          filters -> {
            if (!filters.contains(this)) {
              filters.add(0, this);
            }
          });
    }
    return bean;
  }

  @Override
  public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
    return Mono.defer(() -> call(request, next));
  }

  private static Mono<ClientResponse> call(ClientRequest request, ExchangeFunction next) {
    Span span = HttpSpans.startCall(request.method().name(), request.url());
    Context context = Context.current().with(span);
    ClientRequest carrying =
        ClientRequest.from(request)
            .headers(headers -> MessageHeaders.inject(context, headers::set))
            .build();
    return next.exchange(carrying)
        .doOnNext(response -> HttpSpans.called(span, response.statusCode().value()))
        .doOnError(failure -> HttpSpans.failed(span, failure))
        .doFinally(signal -> span.end());
  }
}
