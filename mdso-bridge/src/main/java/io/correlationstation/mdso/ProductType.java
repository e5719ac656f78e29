// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import java.util.List;

/**
 * A kind of orchestrated product and where its resources keep the circuit id.
 *
 * @param name such as {@code network_service}
 * @param typeIdSuffix such as {@code NetworkService}; the deployment's prefix goes before it
 * @param circuitKeys where the circuit id is, first found wins: {@code label}, {@code
 *     properties.…}, or {@code trace_log.circuit_name}
 */
public record ProductType(String name, String typeIdSuffix, List<String> circuitKeys) {

  public ProductType {
    circuitKeys = List.copyOf(circuitKeys);
  }

  /** Whether the circuit named by a trace log counts more than what the record says. */
  public boolean prefersTraceLogCircuit() {
    return !circuitKeys.isEmpty() && circuitKeys.get(0).startsWith("trace_log.");
  }

  /** The exact resource type of a deployment. */
  public String exactTypeId(String typeIdPrefix) {
    return typeIdPrefix + typeIdSuffix;
  }
}
