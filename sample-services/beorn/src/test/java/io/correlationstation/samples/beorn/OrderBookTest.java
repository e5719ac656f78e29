// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderBookTest {

  private final OrderBook orders = new OrderBook();

  @Test
  void ofCircuit_ordersOfSeveral_areThatCircuitsOldestFirst() {
    orders.add(order("A", "r-1"));
    orders.add(order("B", "r-2"));
    orders.add(order("A", "r-3"));

    assertThat(orders.ofCircuit("A")).extracting(Order::resourceId).containsExactly("r-1", "r-3");
    assertThat(orders.ofCircuit("C")).isEmpty();
  }

  @Test
  void add_moreThanKept_forgetsTheOldest() {
    IntStream.rangeClosed(1, OrderBook.MAX_ORDERS + 1)
        .forEach(n -> orders.add(order("A", "r-" + n)));

    assertThat(orders.ofCircuit("A"))
        .hasSize(OrderBook.MAX_ORDERS)
        .first()
        .extracting(Order::resourceId)
        .isEqualTo("r-2");
  }

  private static Order order(String circuitId, String resourceId) {
    return new Order(circuitId, resourceId, "request", null, "FIA", "000001", "made");
  }
}
