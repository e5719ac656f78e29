// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Calls the other services with the JDK's HttpClient. Thread-safe.
 *
 * <p>It sets no correlation header of its own: whatever of the context is on the wire, the agent
 * put there.
 */
final class Neighbours {

  private static final ObjectMapper json = new ObjectMapper();

  private final Duration timeout;
  private final HttpClient http;

  Neighbours(Duration timeout) {
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  /** {@code base + path}; a path that the base has already stays in front. */
  static URI url(URI base, String path) {
    String text = base.toString();
    return URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + path);
  }

  /** {@code base + path?circuit_id=…}, encoded. */
  static URI query(URI base, String path, String circuitId) {
    return url(base, path + "?circuit_id=" + URLEncoder.encode(circuitId, StandardCharsets.UTF_8));
  }

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** A GET whose answer must be 200; failures as {@link #send}. */
  JsonNode get(String service, URI url) {
    return require(service, 200, send(service, HttpRequest.newBuilder(url)));
  }

  /** A POST whose answer must be 201; failures as {@link #send}. */
  JsonNode post(String service, URI url, ObjectNode body) {
    return require(service, 201, send(service, postOf(url, body)));
  }

  static HttpRequest.Builder postOf(URI url, ObjectNode body) {
    return HttpRequest.newBuilder(url)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body.toString()));
  }

  /**
   * Returns what a neighbour answers. Throws a {@link Problem}: 504 when the whole of it is not
   * here in time, 502 when the neighbour cannot be reached or answers with anything but JSON.
   */
  Reply send(String service, HttpRequest.Builder request) {
    HttpRequest timed = request.header("Accept", "application/json").timeout(timeout).build();
    CompletableFuture<HttpResponse<String>> exchange =
        http.sendAsync(timed, BodyHandlers.ofString());
    try {
      HttpResponse<String> response = exchange.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Reply(response.statusCode(), json.readTree(response.body()));
    } catch (TimeoutException e) {
      exchange.cancel(true);
      throw new Problem(504, service + " does not answer in time", e);
    } catch (ExecutionException e) {
      throw failure(service, e.getCause());
    } catch (JsonProcessingException e) {
      throw new Problem(502, service + " answers something that is not JSON", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Problem(503, "the service stops", e);
    }
  }

  static JsonNode require(String service, int status, Reply reply) {
    if (reply.status() != status) {
      throw new Problem(502, service + " answers " + reply.status());
    }
    return reply.body();
  }

  /** Like {@link #get}, but a failure is a result. */
  Probe probe(String service, URI url) {
    try {
      get(service, url);
      return new Probe(service, true, null);
    } catch (Problem problem) {
      return new Probe(service, false, problem.getMessage());
    }
  }

  private static Problem failure(String service, @Nullable Throwable cause) {
    return cause instanceof HttpTimeoutException
        ? new Problem(504, service + " does not answer in time", cause)
        : new Problem(502, service + " cannot be reached", cause);
  }

  /** An answer with a JSON body. */
  record Reply(int status, JsonNode body) {}

  /**
   * Result of one call of {@code /api/test}.
   *
   * @param reason why the neighbour was not reached, or null
   */
  record Probe(String service, boolean reached, @Nullable String reason) {}
}
