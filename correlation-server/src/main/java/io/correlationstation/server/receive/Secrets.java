// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.SecretMask;
import java.util.Set;

/** Whether the texts of a record are kept as they are or without the secrets in them. */
enum Secrets {
  KEPT,
  MASKED;

  /** Services whose lines hold what the orchestrator's plans and devices say. */
  private static final Set<String> ORCHESTRATOR =
      Set.of(Otlp.SCRIPT_PLAN_SERVICE, Otlp.COLLECTOR_SERVICE, Otlp.PLATFORM_SERVICE);

  /** Log files of the orchestrator come by many ways and are written by it alone. */
  static Secrets of(String service) {
    return ORCHESTRATOR.contains(service) ? MASKED : KEPT;
  }

  String in(String text) {
    return this == KEPT ? text : SecretMask.mask(text);
  }

  /** The value of a field: all of it is secret when the field's name says so. */
  String of(String name, String value) {
    if (this == KEPT) {
      return value;
    }
    String probe = name + "=x";
    String masked = SecretMask.mask(probe);
    return masked.equals(probe) ? SecretMask.mask(value) : masked.substring(name.length() + 1);
  }
}
