// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import java.net.URI;

/** The inventory, palantir, as beorn uses it. Thread-safe. */
final class Inventory {

  private final URI base;
  private final Neighbours neighbours;

  Inventory(URI base, Neighbours neighbours) {
    this.base = base;
    this.neighbours = neighbours;
  }

  /** How many devices the circuit runs over; throws a 502 {@link Problem} when it is none. */
  int devicesOf(String circuitId) {
    URI url = Neighbours.query(base, "/palantir/api/v1/inventory", circuitId);
    int devices = neighbours.get("palantir", url).path("devices").size();
    if (devices == 0) {
      throw new Problem(502, "palantir knows no device of circuit " + circuitId);
    }
    return devices;
  }

  void reserve(String circuitId, String resourceId) {
    neighbours.post(
        "palantir",
        Neighbours.url(base, "/palantir/api/v1/reservations"),
        Neighbours.object().put("circuit_id", circuitId).put("resource_id", resourceId));
  }
}
