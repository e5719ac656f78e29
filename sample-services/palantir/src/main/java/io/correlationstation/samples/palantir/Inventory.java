// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The devices of the network and who has reserved them. Thread-safe.
 *
 * <p>A circuit's path is computed from its id, so that every circuit has one and always the same:
 * an access device at the A side, one of the aggregation devices, an access device at the Z side.
 *
 * <p>Remembers the reservations of the latest {@value #MAX_CIRCUITS} circuits.
 */
final class Inventory {

  static final int MAX_CIRCUITS = 1_000;

  private static final List<Device> ACCESS =
      List.of(
          new Device("EXPLTXAA01W", "a_side", "juniper", "192.0.2.11"),
          new Device("EXPLTXAB01W", "a_side", "adva", "192.0.2.12"),
          new Device("EXPLTXAC02W", "a_side", "rad", "192.0.2.13"),
          new Device("EXPLNMBA01W", "a_side", "juniper", "198.51.100.11"),
          new Device("EXPLNMBB03W", "a_side", "adva", "198.51.100.12"));
  private static final List<Device> AGGREGATION =
      List.of(
          new Device("EXPLTXCA01A", "aggregation", "juniper", "203.0.113.1"),
          new Device("EXPLNMCB01A", "aggregation", "nokia", "203.0.113.2"));

  private final Map<String, String> reservations =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > MAX_CIRCUITS;
        }
      };

  /** The devices in path order; never empty, no device twice. */
  List<Device> devices(String circuitId) {
    int hash = Math.floorMod(circuitId.hashCode(), 1 << 20);
    int a = hash % ACCESS.size();
    int z = (a + 1 + hash / ACCESS.size() % (ACCESS.size() - 1)) % ACCESS.size();
    return List.of(
        ACCESS.get(a),
        AGGREGATION.get(hash % AGGREGATION.size()),
        ACCESS.get(z).withRole("z_side"));
  }

  /** Reserves the circuit's devices for a resource; a later reservation replaces an earlier one. */
  synchronized Reservation reserve(String circuitId, String resourceId) {
    reservations.remove(circuitId);
    reservations.put(circuitId, resourceId);
    return new Reservation(circuitId, resourceId, devices(circuitId).size());
  }

  /** The resource the circuit's devices are reserved for, or null. */
  synchronized @Nullable String reservedFor(String circuitId) {
    return reservations.get(circuitId);
  }

  /**
   * A network element.
   *
   * @param tid name of 11 characters, which says where it stands
   * @param role {@code a_side}, {@code aggregation} or {@code z_side}
   */
  record Device(String tid, String role, String vendor, String managementIp) {

    Device withRole(String other) {
      return new Device(tid, other, vendor, managementIp);
    }
  }

  /** Answer to a reservation. */
  record Reservation(String circuitId, String resourceId, int devices) {}
}
