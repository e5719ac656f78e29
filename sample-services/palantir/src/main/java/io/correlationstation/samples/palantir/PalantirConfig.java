// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Settings of the inventory.
 *
 * @param bind address to listen on ({@code BIND}, default 127.0.0.1)
 * @param port port to listen on ({@code PORT}, default 5002); 0 lets the system choose
 * @param ardaUrl base URL of the topology service ({@code ARDA_URL})
 * @param beornUrl base URL of the network services API ({@code BEORN_URL}), for {@code /api/test}
 * @param callTimeout limit of one call to a neighbour ({@code CALL_TIMEOUT_MS}, default 10000)
 */
record PalantirConfig(String bind, int port, URI ardaUrl, URI beornUrl, Duration callTimeout) {

  PalantirConfig {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("PORT is not between 0 and 65535: " + port);
    }
    if (callTimeout.isNegative() || callTimeout.isZero()) {
      throw new IllegalArgumentException("CALL_TIMEOUT_MS is not positive: " + callTimeout);
    }
  }

  /** Throws {@link IllegalArgumentException} that names the variable and its value. */
  static PalantirConfig fromEnvironment(Map<String, String> environment) {
    return new PalantirConfig(
        environment.getOrDefault("BIND", "127.0.0.1"),
        number(environment, "PORT", "5002"),
        url(environment, "ARDA_URL", "http://127.0.0.1:5003"),
        url(environment, "BEORN_URL", "http://127.0.0.1:5001"),
        Duration.ofMillis(number(environment, "CALL_TIMEOUT_MS", "10000")));
  }

  private static int number(Map<String, String> environment, String name, String fallback) {
    String value = environment.getOrDefault(name, fallback);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(name + " is not a number: " + value, e);
    }
  }

  private static URI url(Map<String, String> environment, String name, String fallback) {
    String value = environment.getOrDefault(name, fallback);
    try {
      URI url = URI.create(value);
      if (url.getHost() != null
          && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
        return url;
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + " is not a URL: " + value, e);
    }
    throw new IllegalArgumentException(name + " is not an http or https URL: " + value);
  }
}
