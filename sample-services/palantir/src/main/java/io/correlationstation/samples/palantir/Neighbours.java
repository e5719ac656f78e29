// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Calls the other services with OkHttp. Thread-safe.
 *
 * <p>It sets no header of its own: whatever of the caller's context is on the wire, the agent put
 * there.
 */
final class Neighbours implements AutoCloseable {

  private static final ObjectMapper json = new ObjectMapper();
  private static final long MAX_ANSWER_BYTES = 1 << 20;

  private final OkHttpClient http;

  Neighbours(Duration timeout) {
    this.http =
        new OkHttpClient.Builder()
            .callTimeout(timeout)
            .connectTimeout(timeout)
            .readTimeout(timeout)
            .followRedirects(false)
            .retryOnConnectionFailure(false)
            .build();
  }

  /** Builder of {@code base + path}, to which query parameters can be added. */
  static HttpUrl.Builder url(URI base, String path) {
    HttpUrl url = HttpUrl.get(base);
    if (url == null) {
      throw new IllegalArgumentException("not an http or https URL: " + base);
    }
    return url.newBuilder().addPathSegments(path);
  }

  /**
   * Returns the JSON document a neighbour answers with. Throws a {@link Problem}: 504 when it does
   * not answer in time, 502 when it cannot be reached or answers anything but a JSON document.
   */
  JsonNode get(String service, HttpUrl url) {
    try (Response response = http.newCall(new Request.Builder().url(url).build()).execute()) {
      if (response.code() != 200) {
        throw new Problem(502, service + " answers " + response.code());
      }
      return json.readTree(response.peekBody(MAX_ANSWER_BYTES).bytes());
    } catch (InterruptedIOException e) {
      throw new Problem(504, service + " does not answer in time", e);
    } catch (JsonProcessingException e) {
      throw new Problem(502, service + " answers something that is not JSON", e);
    } catch (IOException e) {
      throw new Problem(502, service + " cannot be reached", e);
    }
  }

  /** Like {@link #get}, but a failure is a result. */
  Probe probe(String service, HttpUrl url) {
    try {
      get(service, url);
      return new Probe(service, true, null);
    } catch (Problem problem) {
      return new Probe(service, false, problem.getMessage());
    }
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }

  /**
   * Result of one call of {@code /api/test}.
   *
   * @param reason why the neighbour was not reached, or null
   */
  record Probe(String service, boolean reached, @Nullable String reason) {}
}
