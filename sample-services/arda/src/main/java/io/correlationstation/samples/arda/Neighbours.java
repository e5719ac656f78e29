// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.URIBuilder;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Calls the other services with Apache HttpClient 5. Thread-safe.
 *
 * <p>It sets no header of its own: whatever of the caller's context is on the wire, the agent put
 * there.
 */
final class Neighbours implements AutoCloseable {

  private static final ObjectMapper json = new ObjectMapper();
  private static final int MAX_ANSWER_CHARS = 1 << 20;

  private final CloseableHttpClient http;

  Neighbours(Duration timeout) {
    Timeout limit = Timeout.of(timeout);
    this.http =
        HttpClients.custom()
            .setConnectionManager(
                PoolingHttpClientConnectionManagerBuilder.create()
                    .setMaxConnPerRoute(32)
                    .setMaxConnTotal(64)
                    .setDefaultConnectionConfig(
                        ConnectionConfig.custom()
                            .setConnectTimeout(limit)
                            .setSocketTimeout(limit)
                            .setValidateAfterInactivity(TimeValue.ofSeconds(2))
                            .build())
                    .build())
            .setDefaultRequestConfig(
                RequestConfig.custom()
                    .setConnectionRequestTimeout(limit)
                    .setResponseTimeout(limit)
                    .build())
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .build();
  }

  /** {@code base + path?name=value}, encoded. */
  static URI query(URI base, String path, String name, String value) {
    try {
      return new URIBuilder(base).appendPath(path).addParameter(name, value).build();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("not a URL: " + base, e);
    }
  }

  /**
   * Returns the JSON document a neighbour answers with. Throws a {@link Problem}: 504 when it does
   * not answer in time, 502 when it cannot be reached or answers anything but a JSON document.
   */
  JsonNode get(String service, URI url) {
    try {
      return http.execute(new HttpGet(url), response -> document(service, response));
    } catch (InterruptedIOException e) {
      throw new Problem(504, service + " does not answer in time", e);
    } catch (JsonProcessingException e) {
      throw new Problem(502, service + " answers something that is not JSON", e);
    } catch (IOException e) {
      throw new Problem(502, service + " cannot be reached", e);
    }
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

  @Override
  public void close() {
    http.close(CloseMode.GRACEFUL);
  }

  private static JsonNode document(String service, ClassicHttpResponse response)
      throws IOException, ParseException {
    String body = EntityUtils.toString(response.getEntity(), MAX_ANSWER_CHARS);
    if (response.getCode() != 200) {
      throw new Problem(502, service + " answers " + response.getCode());
    }
    return json.readTree(body);
  }

  /**
   * Result of one call of {@code /api/test}.
   *
   * @param reason why the neighbour was not reached, or null
   */
  record Probe(String service, boolean reached, @Nullable String reason) {}
}
