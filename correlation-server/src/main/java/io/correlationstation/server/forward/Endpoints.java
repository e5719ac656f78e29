// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Signal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Where exactly a destination takes its requests, from a base URL or a full one. */
final class Endpoints {

  private static final String LOKI_PUSH = "/loki/api/v1/push";

  private Endpoints() {}

  /** {@code …/v1/traces} and so on; a URL that ends in one of them names the base of all three. */
  static URI otlp(URI endpoint, Signal signal) {
    String path = path(endpoint).replaceFirst("/v1/(traces|logs|metrics)$", "");
    return withPath(endpoint, path + "/v1/" + signal.name().toLowerCase(Locale.ROOT));
  }

  /** The push path; a URL that ends in {@code /push} is taken as it is. */
  static URI loki(URI endpoint) {
    String path = path(endpoint);
    return withPath(endpoint, path.endsWith("/push") ? path : path + LOKI_PUSH);
  }

  /** Datadog's logs API lives on a host beside that of its OTLP intake. */
  static URI datadogLogs(URI endpoint) {
    URI base = URI.create(endpoint.toString().replaceFirst("//otlp\\.", "//http-intake.logs."));
    return withPath(base, path(base) + "/api/v2/logs");
  }

  private static String path(URI endpoint) {
    String path = endpoint.getPath() == null ? "" : endpoint.getPath();
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /** Leaves user information out: it travels as a header. */
  private static URI withPath(URI endpoint, String path) {
    try {
      return new URI(
          endpoint.getScheme(),
          null,
          endpoint.getHost(),
          endpoint.getPort(),
          path,
          endpoint.getQuery(),
          null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("endpoint is not a URL: " + e.getReason(), e);
    }
  }
}
