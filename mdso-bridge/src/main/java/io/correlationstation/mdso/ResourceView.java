// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a resource stands and what was done to it. Times are RFC 3339 in UTC, null when the
 * orchestrator does not say.
 *
 * @param circuitId by the keys of its product type; null when it has none, or is of no such type
 * @param orchState as written, empty when missing
 * @param reason why it stands so, secrets masked; null when not said
 * @param operations in the orchestrator's order
 */
public record ResourceView(
    String id,
    String label,
    String resourceType,
    @Nullable String circuitId,
    String orchState,
    @Nullable String desiredOrchState,
    @Nullable String reason,
    @Nullable String createdAt,
    @Nullable String updatedAt,
    List<Operation> operations) {

  /**
   * An operation on the resource.
   *
   * @param name such as {@code activate}; null when not said
   * @param reason why it failed, secrets masked; null when not said
   */
  public record Operation(
      String id,
      @Nullable String name,
      @Nullable String title,
      String state,
      boolean failed,
      @Nullable String reason,
      @Nullable String createdAt,
      @Nullable String updatedAt) {}

  public ResourceView {
    operations = List.copyOf(operations);
  }
}
