// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.extension.ResponseDefinitionTransformerV2;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.ResponseDefinition;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Computes the answer of one stub mapping from the state of the orchestrator: what makes WireMock's
 * otherwise fixed answers stateful.
 */
final class Route implements ResponseDefinitionTransformerV2 {

  private static final Logger logger = LoggerFactory.getLogger(Route.class);

  private final String name;
  private final InstantSource clock;
  private final Endpoint endpoint;

  Route(String name, InstantSource clock, Endpoint endpoint) {
    this.name = name;
    this.clock = clock;
    this.endpoint = endpoint;
  }

  @Override
  public String getName() {
    return name;
  }

  @Override
  public boolean applyGlobally() {
    return false;
  }

  @Override
  public ResponseDefinition transform(ServeEvent event) {
    Request request = event.getRequest();
    try {
      return endpoint.answer(request).toResponse();
    } catch (GatewayError error) {
      return refusal(error, request, clock);
    } catch (RuntimeException e) {
      logger.error("{} {} failed", request.getMethod(), name, e);
      return refusal(new GatewayError(500, "Internal error"), request, clock);
    }
  }

  static ResponseDefinition refusal(GatewayError error, Request request, InstantSource clock) {
    return new Answer(error.status(), error.toJson(request, clock.instant())).toResponse();
  }

  /** One endpoint; throws {@link GatewayError} to refuse. */
  @FunctionalInterface
  interface Endpoint {
    Answer answer(Request request);
  }

  /** A status and a JSON document, or null for no body. */
  record Answer(int status, @Nullable JsonNode body) {

    ResponseDefinition toResponse() {
      ResponseDefinitionBuilder response =
          ResponseDefinitionBuilder.responseDefinition().withStatus(status);
      if (body != null) {
        response.withHeader("Content-Type", "application/json").withBody(body.toString());
      }
      return response.build();
    }
  }
}
