// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * A product of the orchestrator's catalogue: what makes resources of a type.
 *
 * @param title as written; null when it has none
 * @param domainId such as {@code built-in}; null when not said
 * @param active whether it can be ordered; a product that does not say so can
 */
public record MdsoProduct(
    String id, @Nullable String title, @Nullable String domainId, boolean active) {

  /**
   * Reads a product.
   *
   * @return null when it has no id or is of another type, which an orchestrator that does not know
   *     the filter answers with
   */
  static @Nullable MdsoProduct parse(JsonNode json, String resourceTypeId) {
    String id = Json.text(json.path("id"));
    if (id == null || !resourceTypeId.equals(Json.text(json.path("resourceTypeId")))) {
      return null;
    }
    return new MdsoProduct(
        id,
        Json.text(json.path("title")),
        Json.text(json.path("domainId")),
        json.path("active").asBoolean(true));
  }
}
