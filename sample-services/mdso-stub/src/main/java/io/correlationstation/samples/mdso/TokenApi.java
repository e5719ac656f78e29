// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.tomakehurst.wiremock.extension.requestfilter.RequestFilterAction;
import com.github.tomakehurst.wiremock.extension.requestfilter.StubRequestFilterV2;
import com.github.tomakehurst.wiremock.http.FormParameter;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.RequestMethod;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import io.correlationstation.samples.mdso.Route.Answer;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Login and logout at tron, and the gate in front of everything else. */
final class TokenApi implements StubRequestFilterV2 {

  static final String LOGIN = "/tron/api/v1/tokens";

  private final Tokens tokens;
  private final InstantSource clock;

  TokenApi(Tokens tokens, InstantSource clock) {
    this.tokens = tokens;
    this.clock = clock;
  }

  /** {@code POST /tron/api/v1/tokens}, JSON or form. */
  Answer login(Request request) {
    String token;
    String contentType = String.valueOf(request.getHeader("Content-Type"));
    if (contentType.startsWith("application/x-www-form-urlencoded")) {
      token = tokens.issue(form(request, "username"), form(request, "password"));
    } else {
      JsonNode body = Json.parse(request.getBodyAsString());
      token = tokens.issue(text(body, "username"), text(body, "password"));
    }
    return new Answer(
        201,
        JsonNodeFactory.instance
            .objectNode()
            .put("token", token)
            .put("isSuccessful", true)
            .put("timeout", Tokens.LIFETIME.toSeconds()));
  }

  /** {@code POST /tron/api/v1/logout}: gives back the token it is authorized with. */
  Answer logout(Request request) {
    tokens.revoke(Tokens.of(request.getHeader("Authorization")));
    return new Answer(200, JsonNodeFactory.instance.objectNode().put("isSuccessful", true));
  }

  /** {@code DELETE /tron/api/v1/tokens/{token}}. */
  Answer delete(Request request) {
    tokens.revoke(request.getPathParameters().getOrDefault("token", ""));
    return new Answer(204, null);
  }

  /** Lets nobody in without a token, except to log in and to ask for health. */
  @Override
  public RequestFilterAction filter(Request request, ServeEvent event) {
    boolean open =
        request.getUrl().equals("/health")
            || request.getUrl().equals(LOGIN) && request.getMethod().equals(RequestMethod.POST);
    if (!open) {
      try {
        tokens.require(request.getHeader("Authorization"));
      } catch (GatewayError error) {
        return RequestFilterAction.stopWith(Route.refusal(error, request, clock));
      }
    }
    return RequestFilterAction.continueWith(request);
  }

  @Override
  public String getName() {
    return "bearer-token";
  }

  private static @Nullable String form(Request request, String name) {
    FormParameter parameter = request.formParameter(name);
    return parameter.isPresent() ? parameter.firstValue() : null;
  }

  private static @Nullable String text(JsonNode body, String name) {
    return body.path(name).textValue();
  }
}
