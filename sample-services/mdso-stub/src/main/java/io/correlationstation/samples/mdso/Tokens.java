// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sessions of the one account. Thread-safe. */
final class Tokens {

  static final Duration LIFETIME = Duration.ofHours(1);
  static final int MAX_SESSIONS = 100;

  private final String user;
  private final String password;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Instant> expiries = new LinkedHashMap<>();

  Tokens(String user, String password, InstantSource clock) {
    this.user = user;
    this.password = password;
    this.clock = clock;
  }

  /**
   * Returns a new token of 20 hex digits. Throws a {@link GatewayError}: 401 for wrong credentials,
   * 403 when the account has {@value #MAX_SESSIONS} sessions, which is what leaking them leads to.
   */
  synchronized String issue(@Nullable String givenUser, @Nullable String givenPassword) {
    if (!same(user, givenUser) | !same(password, givenPassword)) {
      throw new GatewayError(401, "Authentication failed");
    }
    expiries.values().removeIf(expiry -> !expiry.isAfter(clock.instant()));
    if (expiries.size() >= MAX_SESSIONS) {
      throw new GatewayError(403, "Maximum number of concurrent sessions reached");
    }
    byte[] bytes = new byte[10];
    random.nextBytes(bytes);
    String token = HexFormat.of().formatHex(bytes);
    expiries.put(token, clock.instant().plus(LIFETIME));
    return token;
  }

  /** Throws a 401 {@link GatewayError} unless the header is {@code Bearer} and a live token. */
  synchronized void require(@Nullable String authorization) {
    Instant expiry = expiries.get(of(authorization));
    if (expiry == null || !expiry.isAfter(clock.instant())) {
      throw new GatewayError(401, "Token is unknown or expired");
    }
  }

  /** The token of an {@code Authorization} header; throws a 401 {@link GatewayError} if none. */
  static String of(@Nullable String authorization) {
    if (authorization == null || !authorization.startsWith("Bearer ")) {
      throw new GatewayError(401, "Authorization is missing");
    }
    return authorization.substring("Bearer ".length());
  }

  /** Throws a 404 {@link GatewayError} when there is no such token. */
  synchronized void revoke(String token) {
    if (expiries.remove(token) == null) {
      throw new GatewayError(404, "Token not found");
    }
  }

  private static boolean same(String expected, @Nullable String given) {
    return given != null
        && MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }
}
