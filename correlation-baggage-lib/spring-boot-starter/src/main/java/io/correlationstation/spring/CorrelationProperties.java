// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the starter does. Where telemetry goes is told by the {@code OTEL_*} and {@code
 * CORRELATION_*} variables, as without Spring.
 *
 * @param enabled Whether the starter does anything at all.
 * @param serviceName Name of the service in telemetry; spring.application.name by default.
 * @param requests Whether requests are continued: trace and keys from the headers, a server span,
 *     the keys in the answer.
 * @param calls Whether calls by RestClient, RestTemplate and WebClient carry trace and keys, in a
 *     client span.
 * @param tasks Whether tasks of the application's executors run with the keys of who handed them
 *     over.
 * @param traced Whether beans with the annotation Traced are traced.
 * @param closeWithin How long sending the rest may take at the end.
 */
@ConfigurationProperties("correlation")
public record CorrelationProperties(
    @DefaultValue("true") boolean enabled,
    @Nullable String serviceName,
    @DefaultValue("true") boolean requests,
    @DefaultValue("true") boolean calls,
    @DefaultValue("true") boolean tasks,
    @DefaultValue("true") boolean traced,
    @DefaultValue("10s") Duration closeWithin) {}
