// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The latest {@value #MAX_ORDERS} orders. Thread-safe. */
final class OrderBook {

  static final int MAX_ORDERS = 1_000;

  private final Deque<Order> orders = new ArrayDeque<>();

  synchronized void add(Order order) {
    orders.addLast(order);
    if (orders.size() > MAX_ORDERS) {
      orders.removeFirst();
    }
  }

  /** Oldest first. */
  synchronized List<Order> ofCircuit(String circuitId) {
    return orders.stream().filter(order -> order.circuitId().equals(circuitId)).toList();
  }
}
