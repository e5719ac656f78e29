// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.errors;

/**
 * Something that checking rules found.
 *
 * @param file where
 * @param rule the code, or the position when it has none; empty for the whole file
 * @param isError false for a remark that does not keep the rules from being used
 */
public record RuleFinding(String file, String rule, boolean isError, String message) {

  /** One line for people. */
  @Override
  public String toString() {
    return (isError ? "error: " : "note: ")
        + file
        + (rule.isEmpty() ? "" : ": " + rule)
        + ": "
        + message;
  }
}
