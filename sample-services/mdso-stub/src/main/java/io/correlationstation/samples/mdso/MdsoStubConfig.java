// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Settings of the stubbed orchestrator.
 *
 * @param bind address to listen on ({@code BIND}, default 127.0.0.1)
 * @param port port to listen on ({@code PORT}, default 8181); 0 lets the system choose
 * @param ardaUrl base URL of the topology service that plans call back ({@code ARDA_URL})
 * @param user name that may log in ({@code MDSO_USER}, default demo)
 * @param password its password ({@code MDSO_PASS}, default demo)
 * @param unreachable circuits whose order fails ({@code MDSO_STUB_UNREACHABLE}, comma-separated):
 *     {@code CIRCUIT} in the port activation, {@code CIRCUIT@collector} in the collector
 * @param pace how long plans take
 */
record MdsoStubConfig(
    String bind,
    int port,
    URI ardaUrl,
    String user,
    String password,
    Set<String> unreachable,
    Pace pace) {

  MdsoStubConfig {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("PORT is not between 0 and 65535: " + port);
    }
    if (user.isEmpty() || password.isEmpty()) {
      throw new IllegalArgumentException("MDSO_USER and MDSO_PASS may not be empty");
    }
    unreachable = Set.copyOf(unreachable);
  }

  /** Throws {@link IllegalArgumentException} that names the variable and its value. */
  static MdsoStubConfig fromEnvironment(Map<String, String> environment) {
    return new MdsoStubConfig(
        environment.getOrDefault("BIND", "127.0.0.1"),
        number(environment, "PORT", "8181", Integer::parseInt),
        url(environment, "ARDA_URL", "http://127.0.0.1:5003"),
        environment.getOrDefault("MDSO_USER", "demo"),
        environment.getOrDefault("MDSO_PASS", "demo"),
        list(environment.getOrDefault("MDSO_STUB_UNREACHABLE", "")),
        pace(environment));
  }

  private static Pace pace(Map<String, String> environment) {
    return new Pace(
        number(environment, "MDSO_STUB_SEED", "1", Long::parseLong),
        number(environment, "MDSO_STUB_SPEED", "1", Double::parseDouble),
        number(environment, "MDSO_STUB_JITTER", "0.3", Double::parseDouble),
        Duration.ofMillis(number(environment, "MDSO_STUB_QUEUE_MS", "700", Long::parseLong)),
        Duration.ofMillis(number(environment, "MDSO_STUB_STAGE_MS", "2000", Long::parseLong)));
  }

  private static Set<String> list(String value) {
    return Arrays.stream(value.split(","))
        .map(String::strip)
        .filter(circuit -> !circuit.isEmpty())
        .collect(Collectors.toSet());
  }

  private static <T> T number(
      Map<String, String> environment, String name, String fallback, Function<String, T> parser) {
    String value = environment.getOrDefault(name, fallback);
    try {
      return parser.apply(value);
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
