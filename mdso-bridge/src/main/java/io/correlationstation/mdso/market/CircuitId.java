// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What counts as a circuit id: CLCI, CLFI, UUID or free form, never white space or quotes. */
public final class CircuitId {

  private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");

  private CircuitId() {}

  /** The text itself when it can be a circuit id, else null. */
  public static @Nullable String accept(@Nullable String text) {
    return text != null && ACCEPTED.matcher(text).matches() ? text : null;
  }
}
