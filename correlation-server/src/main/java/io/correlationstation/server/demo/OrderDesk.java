// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Places orders at beorn, as a portal would: all at once, the keys in header and body. */
final class OrderDesk {

  private final URI create;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
  private final ObjectMapper json = new ObjectMapper();

  OrderDesk(int beornPort) {
    this.create = URI.create("http://127.0.0.1:" + beornPort + "/beorn/api/v1/service/create");
  }

  /** Places all orders at the same time and returns when beorn has answered each. */
  List<PlacedOrder> placeAll(List<Order> orders) {
    List<CompletableFuture<PlacedOrder>> answers = orders.stream().map(this::place).toList();
    try {
      return answers.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      throw new DemoFailure("beorn did not take an order: " + e.getCause());
    }
  }

  private CompletableFuture<PlacedOrder> place(Order order) {
    HttpRequest request =
        HttpRequest.newBuilder(create)
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/json")
            .header("X-Circuit-Id", order.circuitId())
            .header("X-Request-Id", order.requestId())
            .POST(HttpRequest.BodyPublishers.ofString(body(order)))
            .build();
    return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .thenApply(answer -> placed(order, answer));
  }

  private String body(Order order) {
    try {
      return json.writeValueAsString(
          Map.of("circuit_id", order.circuitId(), "service_type", "FIA", "topology_id", "000001"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a map of strings can't fail", e);
    }
  }

  private PlacedOrder placed(Order order, HttpResponse<String> answer) {
    if (answer.statusCode() / 100 != 2) {
      throw new DemoFailure(
          "beorn answered "
              + answer.statusCode()
              + " to order "
              + order.label()
              + ": "
              + answer.body());
    }
    try {
      JsonNode body = json.readTree(answer.body());
      return new PlacedOrder(
          order, body.path("resource_id").asText(), body.path("trace_id").asText());
    } catch (JsonProcessingException e) {
      throw new DemoFailure("beorn's answer is not JSON: " + answer.body());
    }
  }
}
