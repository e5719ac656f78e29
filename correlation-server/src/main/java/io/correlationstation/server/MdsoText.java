// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.correlationstation.mdso.ProductTypeView;
import io.correlationstation.mdso.ResourceView;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the orchestrator says, for a person; lines without a newline at the end. */
final class MdsoText {

  private static final String UNSAID = "-";

  private MdsoText() {}

  /** A line for each product type, and a hint when the orchestrator knows none. */
  static String products(List<ProductTypeView> types) {
    List<String> lines = new ArrayList<>();
    for (ProductTypeView type : types) {
      lines.add(
          "%-22s  %-45s  %s"
              .formatted(
                  type.productType(),
                  type.resourceType(),
                  type.known() ? known(type) : "not known to the orchestrator"));
    }
    if (types.stream().noneMatch(ProductTypeView::known)) {
      lines.add("The orchestrator knows none of these types: look at MDSO_TYPE_ID_PREFIX.");
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static String known(ProductTypeView type) {
    String products =
        type.products().stream().map(MdsoText::product).collect(Collectors.joining(", "));
    return "%d resources; %s"
        .formatted(
            type.resources(), products.isEmpty() ? "no product makes it" : "made by " + products);
  }

  private static String product(ProductTypeView.Product product) {
    String id = product.active() ? product.id() : product.id() + ", inactive";
    return product.title() == null ? id : product.title() + " (" + id + ")";
  }

  /** The resource, a line for each thing that is said of it, then a line for each operation. */
  static String resource(ResourceView resource) {
    List<String> lines = new ArrayList<>();
    field(lines, "resource", resource.id());
    field(lines, "label", resource.label());
    field(lines, "type", resource.resourceType());
    field(lines, "circuit", resource.circuitId());
    field(lines, "state", resource.orchState());
    field(lines, "desired", resource.desiredOrchState());
    field(lines, "reason", resource.reason());
    field(lines, "created", resource.createdAt());
    field(lines, "updated", resource.updatedAt());
    for (ResourceView.Operation operation : resource.operations()) {
      field(lines, "operation", operation(operation));
    }
    if (resource.operations().isEmpty()) {
      field(lines, "operations", "none");
    }
    return String.join(System.lineSeparator(), lines);
  }

  private static void field(List<String> lines, String name, @Nullable String value) {
    lines.add("%-10s  %s".formatted(name, said(value)));
  }

  private static String operation(ResourceView.Operation operation) {
    String reason = operation.reason() == null ? "" : "  " + operation.reason();
    return "%s  %s  %s%s"
        .formatted(
            said(operation.createdAt()), said(operation.name()), said(operation.state()), reason);
  }

  private static String said(@Nullable String value) {
    return value == null || value.isBlank() ? UNSAID : value;
  }
}
