// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

/**
 * What beorn answered to an order.
 *
 * @param resourceId the resource MDSO made for it
 * @param traceId beorn's trace of it
 */
record PlacedOrder(Order order, String resourceId, String traceId) {}
