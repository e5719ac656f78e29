// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import static io.correlationstation.correlation.CorrelationKey.REQUEST_ID;
import static io.correlationstation.correlation.CorrelationKey.RESOURCE_ID;

import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.Workflow;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.context.Scope;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out orders: checks the inventory, has the orchestrator create the network service, and
 * reserves the devices for it.
 *
 * <p>All there is to using the library is in {@link #create}: make the keys current, run the work
 * as a workflow, add the key that is learnt on the way.
 */
final class NetworkServices {

  private static final Logger logger = LoggerFactory.getLogger(NetworkServices.class);

  private final Inventory inventory;
  private final Orchestrator orchestrator;
  private final OrderBook orders;

  NetworkServices(Inventory inventory, Orchestrator orchestrator, OrderBook orders) {
    this.inventory = inventory;
    this.orchestrator = orchestrator;
    this.orders = orders;
  }

  /**
   * Returns when the orchestrator has taken the order, not when the service is active. Throws a
   * {@link Problem} when a neighbour fails. Then nothing has been created, unless it was the
   * orchestrator's answer that did not come: what it did is unknown, and the order not sent again.
   */
  Order create(OrderRequest request) throws Exception {
    Correlation keys = request.keys();
    // with the agent: on the whole request, its server span included; without it, a no-op
    keys.forEach(Correlation::put);

    try (Scope scope = keys.makeCurrent();
        Workflow workflow = Workflow.start("create_network_service")) {

      int devices =
          workflow.step("check_inventory", () -> inventory.devicesOf(request.circuitId()));
      logger.info("circuit {} runs over {} devices", request.circuitId(), devices);

      String resourceId = workflow.step("create_resource", () -> orchestrator.create(request));
      // everything from here on carries it too
      workflow.put(RESOURCE_ID, resourceId);

      boolean reserved = reserve(workflow, request.circuitId(), resourceId);
      Order order = order(request, resourceId, reserved);
      orders.add(order);
      logger.info("order for a {} service is with the orchestrator", request.serviceType());
      workflow.end(true);
      return order;
    }
  }

  /** The orchestrator has the order already: a reservation that fails does not undo it. */
  private boolean reserve(Workflow workflow, String circuitId, String resourceId) {
    try {
      workflow.step(
          "reserve_devices",
          () -> {
            inventory.reserve(circuitId, resourceId);
            return true;
          });
      return true;
    } catch (Exception e) {
      logger.warn("devices are not reserved", e);
      return false;
    }
  }

  private static Order order(OrderRequest request, String resourceId, boolean reserved) {
    return new Order(
        request.circuitId(),
        resourceId,
        Objects.requireNonNull(request.keys().get(REQUEST_ID)),
        traceId(),
        request.serviceType(),
        request.topologyId(),
        reserved ? "made" : "failed");
  }

  private static @Nullable String traceId() {
    SpanContext span = Span.current().getSpanContext();
    return span.isValid() ? span.getTraceId() : null;
  }
}
