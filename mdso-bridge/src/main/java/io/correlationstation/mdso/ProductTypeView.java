// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the orchestrator has of a product type.
 *
 * @param productType such as {@code network_service}
 * @param resourceType the exact type id of this deployment
 * @param known false when the orchestrator has neither resources nor products of the type
 * @param resources how many there are
 * @param products what makes them, inactive ones too
 */
public record ProductTypeView(
    String productType,
    String resourceType,
    boolean known,
    long resources,
    List<Product> products) {

  /** A product of the orchestrator; the title is null when it has none. */
  public record Product(String id, @Nullable String title, boolean active) {}

  public ProductTypeView {
    products = List.copyOf(products);
  }
}
