// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The forms of login that the orchestrator knows, and where each puts its token. */
enum LoginDialect {
  TRON_JSON("/tron/api/v1/tokens", "application/json", "token"),
  TRON_FORM("/tron/api/v1/tokens", "application/x-www-form-urlencoded", "token"),
  OAUTH2("/tron/api/v1/oauth2/tokens", "application/json", "accessToken");

  private static final String TENANT = "master";
  private static final long DEFAULT_LIFE_SECONDS = 3600;

  /** Seconds that a password grant asks for. */
  private static final int OAUTH2_EXPIRES_IN = 60;

  private final String path;
  private final String contentType;
  private final String tokenField;

  LoginDialect(String path, String contentType, String tokenField) {
    this.path = path;
    this.contentType = contentType;
    this.tokenField = tokenField;
  }

  String path() {
    return path;
  }

  /** The template of the token's own URL: the only form in which that URL may be shown. */
  String tokenTemplate() {
    return path + "/{token}";
  }

  String contentType() {
    return contentType;
  }

  String body(String user, String password) {
    if (this == TRON_FORM) {
      return "username=" + encode(user) + "&password=" + encode(password) + "&tenant=" + TENANT;
    }
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("username", user).put("password", password);
    if (this == OAUTH2) {
      body.put("tenant", TENANT).put("expires_in", OAUTH2_EXPIRES_IN).put("grant_type", "password");
    }
    return body.toString();
  }

  /** Null when the answer says that the login failed or holds no token. */
  @Nullable String token(JsonNode answer) {
    JsonNode successful = answer.path("isSuccessful");
    boolean failed = successful.isBoolean() && !successful.booleanValue();
    return failed || "false".equalsIgnoreCase(successful.asText())
        ? null
        : Json.text(answer.path(tokenField));
  }

  /** When the token ends: {@code expirationTime}, else {@code expiresIn}, else {@code timeout}. */
  static Instant expiry(JsonNode answer, Instant now) {
    Instant expiration = time(answer.path("expirationTime"));
    if (expiration != null) {
      return expiration;
    }
    for (String field : new String[] {"expiresIn", "timeout"}) {
      long seconds = answer.path(field).asLong(0);
      if (seconds > 0) {
        return now.plusSeconds(seconds);
      }
    }
    return now.plusSeconds(DEFAULT_LIFE_SECONDS);
  }

  /** RFC 3339, or a number of seconds or milliseconds since the epoch. */
  private static @Nullable Instant time(JsonNode node) {
    Instant time = Json.instant(node);
    if (time != null) {
      return time;
    }
    long number = node.asLong(0);
    if (number <= 0) {
      return null;
    }
    return number > 100_000_000_000L ? Instant.ofEpochMilli(number) : Instant.ofEpochSecond(number);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
