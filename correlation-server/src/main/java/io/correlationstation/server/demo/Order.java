// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import java.util.List;

/**
 * One order the demo places, and how it is to end.
 *
 * @param fails whether its device does not answer, so that MDSO fails it
 */
record Order(String label, String circuitId, String requestId, boolean fails) {

  private static final String UNREACHABLE = "80.L1XX.000002..TEST";
  private static final String SHARED = "80.L1XX.000005..TEST";

  /** The circuit whose device never answers. */
  static String unreachableCircuit() {
    return UNREACHABLE;
  }

  /**
   * One that works, one that fails, two more on other circuits, and two at once on the same
   * circuit.
   */
  static List<Order> all() {
    return List.of(
        new Order("good", "80.L1XX.000001..TEST", "req-demo-1", false),
        new Order("failing", UNREACHABLE, "req-demo-2", true),
        new Order("concurrent 1", "80.L1XX.000003..TEST", "req-demo-3", false),
        new Order("concurrent 2", "80.L1XX.000004..TEST", "req-demo-4", false),
        new Order("same circuit 1", SHARED, "req-demo-5", false),
        new Order("same circuit 2", SHARED, "req-demo-6", false));
  }
}
