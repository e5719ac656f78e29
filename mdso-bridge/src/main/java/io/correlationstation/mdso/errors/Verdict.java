// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

import org.jspecify.annotations.Nullable;

/**
 * What an error text was found to be.
 *
 * @param code {@code DE-####}, or {@value #UNCLASSIFIED}
 * @param rule name of the rule; null when unclassified
 * @param consequence whether the text only says that something else failed
 */
public record Verdict(String code, @Nullable String rule, boolean consequence) {

  public static final String UNCLASSIFIED = "UNCLASSIFIED";

  static final Verdict NONE = new Verdict(UNCLASSIFIED, null, false);

  public boolean isClassified() {
    return rule != null;
  }
}
