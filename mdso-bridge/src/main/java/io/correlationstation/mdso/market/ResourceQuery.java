// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to list.
 *
 * @param exactTypeId exact resource type
 * @param exact {@code property:value}, exact match; null for none
 * @param partial {@code property:value}, partial match; null for none
 * @param limit page size, 1 to 1000
 */
public record ResourceQuery(
    String exactTypeId, @Nullable String exact, @Nullable String partial, int limit) {

  /** The largest page that was ever observed. */
  public static final int MAX_LIMIT = 1000;

  public ResourceQuery {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit out of range: " + limit);
    }
  }

  /** All resources of a type, in the largest pages. */
  public static ResourceQuery ofType(String exactTypeId) {
    return new ResourceQuery(exactTypeId, null, null, MAX_LIMIT);
  }

  /** Whether a value can stand in a filter: as far as known these two cannot be escaped. */
  public static boolean isFilterable(String value) {
    return value.indexOf(':') < 0 && value.indexOf(',') < 0;
  }

  /** Which resources, as parameters of the call; how many of them on a page is not among them. */
  Map<String, String> filters() {
    Map<String, String> filters = new LinkedHashMap<>();
    filters.put("exactTypeId", exactTypeId);
    if (exact != null) {
      filters.put("q", exact);
    }
    if (partial != null) {
      filters.put("p", partial);
    }
    return filters;
  }
}
