// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.extension.Parameters;
import com.github.tomakehurst.wiremock.extension.ServeEventListener;
import com.github.tomakehurst.wiremock.http.QueryParameter;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.stubbing.ServeEvent;
import com.github.tomakehurst.wiremock.stubbing.StubMapping;
import io.correlationstation.samples.mdso.Route.Answer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The market API: create, list, count and read resources.
 *
 * <p>As a listener it starts the plan of a created resource once the answer has left, so that a
 * caller never sees anything of the plan before it knows the resource.
 */
final class MarketApi implements ServeEventListener {

  static final String CREATE = "create";
  static final String NETWORK_SERVICE = Plan.TYPE_PREFIX + "NetworkService";
  static final String NETWORK_SERVICE_PRODUCT = "22222222-2222-4222-8222-222222222222";

  private static final List<String> PARAMETERS =
      List.of(
          "exactTypeId", "resourceTypeId", "productId", "q", "p", "limit", "offset", "pageToken");

  private final Market market;
  private final Plans plans;

  MarketApi(Market market, Plans plans) {
    this.market = market;
    this.plans = plans;
  }

  /**
   * {@code POST …/resources}: a network service with {@code label} and {@code
   * properties.circuit_id}, which are the same.
   */
  Answer create(Request request) {
    ObjectNode body = Json.parse(request.getBodyAsString());
    String productId = body.path("productId").asText(NETWORK_SERVICE_PRODUCT);
    String typeId = body.path("resourceTypeId").asText(NETWORK_SERVICE);
    if (!productId.equals(NETWORK_SERVICE_PRODUCT) || !typeId.equals(NETWORK_SERVICE)) {
      throw new GatewayError(400, "There is no such product of that resource type");
    }
    if (!(body.path("properties") instanceof ObjectNode properties)) {
      throw new GatewayError(400, "properties is not an object");
    }
    String circuitId = properties.path("circuit_id").asText();
    String label = body.path("label").asText(circuitId);
    if (circuitId.isEmpty() || !circuitId.equals(label)) {
      throw new GatewayError(400, "label and properties.circuit_id are not the same circuit id");
    }
    Resource created = market.create(label, typeId, productId, properties.deepCopy(), "requested");
    return new Answer(201, created.toJson());
  }

  /** {@code GET …/resources}. */
  Answer list(Request request) {
    return new Answer(200, query(request).page(market.all()));
  }

  /** {@code GET …/resources/count}. */
  Answer count(Request request) {
    long count = query(request).count(market.all());
    return new Answer(200, JsonNodeFactory.instance.objectNode().put("count", count));
  }

  /** {@code GET …/resources/{id}}. */
  Answer read(Request request) {
    String id = request.getPathParameters().getOrDefault("id", "");
    Resource resource = market.get(id);
    if (resource == null) {
      throw new GatewayError(404, "Resource " + id + " not found");
    }
    return new Answer(200, resource.toJson());
  }

  @Override
  public void afterComplete(ServeEvent event, Parameters parameters) {
    StubMapping mapping = event.getStubMapping();
    boolean create = mapping != null && CREATE.equals(mapping.getName());
    if (create && event.getResponse().getStatus() == 201) {
      JsonNode created = Json.parse(event.getResponse().getBodyAsString());
      Resource order = market.get(created.path("id").asText());
      if (order != null) {
        plans.start(order);
      }
    }
  }

  @Override
  public String getName() {
    return "start-plan";
  }

  private static ResourceQuery query(Request request) {
    Map<String, String> parameters = new LinkedHashMap<>();
    for (String name : PARAMETERS) {
      QueryParameter parameter = request.queryParameter(name);
      if (parameter.isPresent()) {
        parameters.put(name, parameter.firstValue());
      }
    }
    return ResourceQuery.parse(parameters);
  }
}
