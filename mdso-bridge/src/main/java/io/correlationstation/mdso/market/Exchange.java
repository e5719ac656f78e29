// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import io.correlationstation.mdso.telemetry.ActiveSpan;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP exchange with the orchestrator: limited in time from the first byte out to the last byte
 * in, limited in size, counted in {@code mdso.api.calls}, seen as a CLIENT span. Spans, metrics and
 * messages know the route template only, as URLs may hold tokens.
 */
final class Exchange {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

  private final HttpClient client;
  private final URI base;
  private final Duration timeout;
  private final long maxResponseBytes;
  private final RateLimiter limiter;
  private final CircuitBreaker breaker;
  private final BridgeMetrics metrics;
  private final SpanRecorder spans;

  Exchange(
      URI base,
      @Nullable SSLContext tls,
      Duration timeout,
      long maxResponseBytes,
      RateLimiter limiter,
      CircuitBreaker breaker,
      BridgeMetrics metrics,
      SpanRecorder spans) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout.compareTo(CONNECT_TIMEOUT) < 0 ? timeout : CONNECT_TIMEOUT);
    if (tls != null) {
      builder.sslContext(tls);
    }
    ClientLogFilter.install();
    this.client = builder.build();
    this.base = base;
    this.timeout = timeout;
    this.maxResponseBytes = maxResponseBytes;
    this.limiter = limiter;
    this.breaker = breaker;
    this.metrics = metrics;
    this.spans = spans;
  }

  /** An answer of any status. */
  record Answer(int status, byte[] body, @Nullable String retryAfter) {
    boolean isSuccess() {
      return status >= 200 && status < 300;
    }
  }

  /** A request to a path below the base URL. */
  HttpRequest.Builder to(String pathAndQuery) {
    return HttpRequest.newBuilder(URI.create(base + pathAndQuery))
        .header("Accept", "application/json");
  }

  /** Sends within the configured time; waits for the rate limit first. */
  Answer send(String template, HttpRequest request) throws MdsoException, InterruptedException {
    return send(template, request, timeout);
  }

  Answer send(String template, HttpRequest request, Duration limit)
      throws MdsoException, InterruptedException {
    if (!breaker.tryEnter()) {
      metrics.apiCall(template, MdsoException.Kind.BREAKER_OPEN.label());
      throw new MdsoException(
          MdsoException.Kind.BREAKER_OPEN, template + ": not called, the breaker is open", null);
    }
    boolean reported = false;
    try (ActiveSpan span = startSpan(template, request)) {
      limiter.acquire();
      Answer answer = exchange(template, request, limit);
      report(answer.status());
      reported = true;
      metrics.apiCall(template, Integer.toString(answer.status()));
      span.attribute("http.response.status_code", answer.status());
      if (!answer.isSuccess()) {
        span.attribute("error.type", Integer.toString(answer.status()));
        span.fail("HTTP " + answer.status());
        copyGatewayIds(span, answer);
      }
      return answer;
    } catch (MdsoException e) {
      breaker.failed();
      reported = true;
      metrics.apiCall(template, e.kind().label());
      throw e;
    } finally {
      if (!reported) {
        breaker.abandoned();
      }
    }
  }

  private ActiveSpan startSpan(String template, HttpRequest request) {
    ActiveSpan span =
        spans
            .startClient(request.method() + " " + template)
            .attribute("http.request.method", request.method())
            .attribute("url.template", template)
            .attribute("server.address", base.getHost());
    int port = base.getPort();
    return port < 0 ? span : span.attribute("server.port", port);
  }

  private static void copyGatewayIds(ActiveSpan span, Answer answer) {
    ErrorBody error = ErrorBody.parse(answer.body());
    span.attribute("mdso.trace_id", error.traceId()).attribute("mdso.hop_id", error.hopId());
  }

  private void report(int status) {
    if (status >= 500) {
      breaker.failed();
    } else {
      breaker.succeeded();
    }
  }

  private Answer exchange(String template, HttpRequest request, Duration limit)
      throws MdsoException, InterruptedException {
    CompletableFuture<HttpResponse<byte[]>> response =
        client.sendAsync(request, LimitedBody.handler(maxResponseBytes));
    try {
      HttpResponse<byte[]> answer = response.get(limit.toNanos(), TimeUnit.NANOSECONDS);
      return new Answer(
          answer.statusCode(),
          answer.body(),
          answer.headers().firstValue("Retry-After").orElse(null));
    } catch (TimeoutException e) {
      response.cancel(true);
      throw new MdsoException(
          MdsoException.Kind.TIMEOUT, template + ": no whole answer within " + limit, e);
    } catch (InterruptedException e) {
      response.cancel(true);
      throw e;
    } catch (ExecutionException e) {
      throw failure(template, e.getCause() == null ? e : e.getCause());
    }
  }

  private static MdsoException failure(String template, Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof LimitedBody.OversizeException) {
        return new MdsoException(
            MdsoException.Kind.OVERSIZE, template + ": " + each.getMessage(), each);
      }
      if (each instanceof ConnectException
          || each instanceof HttpConnectTimeoutException
          || each instanceof UnresolvedAddressException) {
        return new MdsoException(
            MdsoException.Kind.CONNECT, template + ": could not connect", each);
      }
    }
    if (!(cause instanceof IOException)) {
      return new MdsoException(MdsoException.Kind.IO, template + ": " + cause, cause);
    }
    return new MdsoException(
        MdsoException.Kind.IO, template + ": the connection broke: " + cause.getMessage(), cause);
  }
}
