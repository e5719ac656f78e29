// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import io.correlationstation.correlation.CorrelationTelemetry;
import io.opentelemetry.context.Context;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.task.TaskDecorator;

/**
 * Sets the library up: telemetry for the life of the application, and what {@link
 * CorrelationProperties} says. A bean of the application's own takes the place of ours. Under the
 * agent, which does the same for requests, calls, tasks and exports, only {@code @Traced} remains.
 */
@AutoConfiguration
@ConditionalOnProperty(name = "correlation.enabled", matchIfMissing = true)
@EnableConfigurationProperties(CorrelationProperties.class)
public class CorrelationAutoConfiguration {

  @Bean
  @ConditionalOnMissingBean
  TelemetryOfApplication correlationTelemetry(
      CorrelationProperties properties, Environment environment) {
    String name = properties.serviceName();
    return new TelemetryOfApplication(
        CorrelationTelemetry.configure(
            name != null
                ? name
                : environment.getProperty("spring.application.name", "application")),
        properties.closeWithin());
  }

  @Bean
  @ConditionalOnProperty(name = "correlation.traced", matchIfMissing = true)
  static TracedBeans correlationTracedBeans() {
    return new TracedBeans();
  }

  /** Spring Boot gives it to the executors that it makes. */
  @Bean
  @ConditionalOnMissingBean(TaskDecorator.class)
  @ConditionalOnProperty(name = "correlation.tasks", matchIfMissing = true)
  TaskDecorator correlationTaskDecorator() {
    return task -> Context.current().wrap(task);
  }

  /** For applications with servlets. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(
      name = {"jakarta.servlet.Filter", "org.springframework.web.filter.OncePerRequestFilter"})
  @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
  @ConditionalOnProperty(name = "correlation.requests", matchIfMissing = true)
  static class Requests {

    @Bean
    @ConditionalOnMissingBean
    RequestFilter correlationRequestFilter(TelemetryOfApplication telemetry) {
      return new RequestFilter(telemetry);
    }
  }

  /** For applications that call by {@code RestClient} or {@code RestTemplate}. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.web.client.RestClient")
  @ConditionalOnProperty(name = "correlation.calls", matchIfMissing = true)
  static class Calls {

    @Bean
    static RestCalls correlationRestCalls(ObjectProvider<TelemetryOfApplication> telemetry) {
      return new RestCalls(telemetry);
    }
  }

  /** For applications that call by {@code WebClient}. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.web.reactive.function.client.WebClient")
  @ConditionalOnProperty(name = "correlation.calls", matchIfMissing = true)
  static class CallsByWebClient {

    @Bean
    static ReactiveCalls correlationReactiveCalls(
        ObjectProvider<TelemetryOfApplication> telemetry) {
      return new ReactiveCalls(telemetry);
    }
  }
}
