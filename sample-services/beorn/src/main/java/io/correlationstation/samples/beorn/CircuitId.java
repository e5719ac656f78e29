// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a circuit id may look like: a CLCI, a UUID or a free form such as {@code TEST-001}. */
final class CircuitId {

  private static final Pattern ACCEPTED = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");

  /** Returns the id unchanged; throws a 400 {@link Problem} when it is missing or malformed. */
  static String require(@Nullable String value) {
    if (value == null || value.isEmpty()) {
      throw new Problem(400, "circuit_id is missing");
    }
    if (!ACCEPTED.matcher(value).matches()) {
      throw new Problem(
          400, "circuit_id is not a circuit id: letters, digits and . _ : / -, at most 128");
    }
    return value;
  }

  private CircuitId() {}
}
