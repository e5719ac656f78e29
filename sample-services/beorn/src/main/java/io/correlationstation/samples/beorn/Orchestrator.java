// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.correlationstation.samples.beorn.Neighbours.Reply;
import java.net.URI;
import java.net.http.HttpRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The orchestrator, MDSO, as beorn uses it. Thread-safe; all orders share one session, because the
 * orchestrator limits sessions per account.
 */
final class Orchestrator implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(Orchestrator.class);
  private static final String PRODUCT_ID = "22222222-2222-4222-8222-222222222222";
  private static final String RESOURCE_TYPE_ID = "example.resourceTypes.NetworkService";

  private final URI base;
  private final String user;
  private final String password;
  private final Neighbours neighbours;
  private @Nullable String token;

  Orchestrator(URI base, String user, String password, Neighbours neighbours) {
    this.base = base;
    this.user = user;
    this.password = password;
    this.neighbours = neighbours;
  }

  /**
   * Has a network service created; returns its resource id. An expired session is renewed once, an
   * order is never sent again otherwise. Throws a {@link Problem} when the orchestrator fails.
   */
  String create(OrderRequest order) {
    String session = session(null);
    Reply reply = create(order, session);
    if (reply.status() == 401) {
      reply = create(order, session(session));
    }
    String id = Neighbours.require("mdso", 201, reply).path("id").asText();
    if (id.isEmpty()) {
      throw new Problem(502, "mdso answers a resource without an id");
    }
    return id;
  }

  /** Gives the session back, best effort. The path used has no token in it, as traces keep URLs. */
  @Override
  public synchronized void close() {
    if (token == null) {
      return;
    }
    try {
      neighbours.send("mdso", authorized(post("/tron/api/v1/logout", Neighbours.object()), token));
    } catch (Problem problem) {
      logger.info("session is left to expire: {}", problem.getMessage());
    }
    token = null;
  }

  private Reply create(OrderRequest order, String session) {
    ObjectNode body = Neighbours.object();
    body.put("label", order.circuitId());
    body.put("productId", PRODUCT_ID).put("resourceTypeId", RESOURCE_TYPE_ID);
    body.putObject("properties")
        .put("circuit_id", order.circuitId())
        .put("service_type", order.serviceType())
        .put("topology_id", order.topologyId());
    return neighbours.send(
        "mdso", authorized(post("/bpocore/market/api/v1/resources", body), session));
  }

  /** The current session; a new one if there is none, or if it is the {@code expired} one. */
  private synchronized String session(@Nullable String expired) {
    String current = token;
    if (current != null && !current.equals(expired)) {
      return current;
    }
    ObjectNode credentials = Neighbours.object().put("username", user).put("password", password);
    Reply reply = neighbours.send("mdso", post("/tron/api/v1/tokens", credentials));
    JsonNode answer = Neighbours.require("mdso", 201, reply);
    String issued = answer.path("token").asText();
    if (issued.isEmpty() || !answer.path("isSuccessful").asBoolean(true)) {
      throw new Problem(502, "mdso refuses the login");
    }
    token = issued;
    return issued;
  }

  private HttpRequest.Builder post(String path, ObjectNode body) {
    return Neighbours.postOf(Neighbours.url(base, path), body);
  }

  private static HttpRequest.Builder authorized(HttpRequest.Builder request, String session) {
    return request.header("Authorization", "Bearer " + session);
  }
}
