// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import java.util.List;

/**
 * One rule as its file says it.
 *
 * @param code {@code DE-} and four digits, unique over all files
 * @param name the family that the rule belongs to; several rules may share one
 * @param system systems that the error is about, for the reader
 * @param category of the error grammar, such as {@code Connectivity Error}
 * @param severity for the reader
 * @param priority higher is tried first; ties keep the order of the files
 * @param consequence whether it only says that something else failed: such a text names no cause,
 *     so it gives a trace its code only when no other failure does
 * @param products names of products or product types that it applies to; {@code *} is all
 * @param pattern RE2 syntax, searched in the unwrapped text
 * @param examples texts that must resolve to this rule
 * @param nonExamples texts that must not
 */
public record ErrorRule(
    String code,
    String name,
    List<String> system,
    String category,
    String severity,
    int priority,
    boolean consequence,
    List<String> products,
    String pattern,
    List<String> examples,
    List<String> nonExamples) {

  public ErrorRule {
    system = List.copyOf(system);
    products = List.copyOf(products);
    examples = List.copyOf(examples);
    nonExamples = List.copyOf(nonExamples);
  }

  boolean appliesTo(String... names) {
    for (String product : products) {
      if (product.equals("*")) {
        return true;
      }
      for (String name : names) {
        if (product.equalsIgnoreCase(name)) {
          return true;
        }
      }
    }
    return false;
  }
}
