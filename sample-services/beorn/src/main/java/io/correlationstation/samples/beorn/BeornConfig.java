// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import java.net.URI;
import java.time.Duration;
import java.util.Map;

/**
 * Settings of the network services API.
 *
 * @param bind address to listen on ({@code BIND}, default 127.0.0.1)
 * @param port port to listen on ({@code PORT}, default 5001); 0 lets the system choose
 * @param palantirUrl base URL of the inventory ({@code PALANTIR_URL})
 * @param ardaUrl base URL of the topology service ({@code ARDA_URL}), for {@code /api/test}
 * @param mdsoUrl base URL of the orchestrator ({@code MDSO_URL})
 * @param mdsoUser name to log in with ({@code MDSO_USER}, default demo)
 * @param mdsoPassword its password ({@code MDSO_PASS}, default demo)
 * @param callTimeout limit of one call to a neighbour ({@code CALL_TIMEOUT_MS}, default 15000)
 */
record BeornConfig(
    String bind,
    int port,
    URI palantirUrl,
    URI ardaUrl,
    URI mdsoUrl,
    String mdsoUser,
    String mdsoPassword,
    Duration callTimeout) {

  BeornConfig {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("PORT is not between 0 and 65535: " + port);
    }
    if (callTimeout.isNegative() || callTimeout.isZero()) {
      throw new IllegalArgumentException("CALL_TIMEOUT_MS is not positive: " + callTimeout);
    }
  }

  /** Throws {@link IllegalArgumentException} that names the variable and its value. */
  static BeornConfig fromEnvironment(Map<String, String> environment) {
    return new BeornConfig(
        environment.getOrDefault("BIND", "127.0.0.1"),
        number(environment, "PORT", "5001"),
        url(environment, "PALANTIR_URL", "http://127.0.0.1:5002"),
        url(environment, "ARDA_URL", "http://127.0.0.1:5003"),
        url(environment, "MDSO_URL", "http://127.0.0.1:8181"),
        environment.getOrDefault("MDSO_USER", "demo"),
        environment.getOrDefault("MDSO_PASS", "demo"),
        Duration.ofMillis(number(environment, "CALL_TIMEOUT_MS", "15000")));
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
