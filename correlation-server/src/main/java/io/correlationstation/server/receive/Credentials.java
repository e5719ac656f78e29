// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The one user that may send when authentication is on (HTTP Basic, RFC 7617). */
public record Credentials(String user, String password) {

  public Credentials {
    if (user.isEmpty() || user.indexOf(':') >= 0) {
      throw new IllegalArgumentException("user is empty or has a colon");
    }
    if (password.isEmpty()) {
      throw new IllegalArgumentException("password is empty");
    }
  }

  /** Whether that {@code Authorization} value is theirs; takes the same time for any wrong one. */
  boolean match(@Nullable String authorization) {
    if (authorization == null || !authorization.regionMatches(true, 0, "Basic ", 0, 6)) {
      return false;
    }
    try {
      byte[] given = Base64.getDecoder().decode(authorization.substring(6).trim());
      return MessageDigest.isEqual(given, (user + ":" + password).getBytes(UTF_8));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Override
  public String toString() {
    return "Credentials[user=" + user + "]";
  }
}
