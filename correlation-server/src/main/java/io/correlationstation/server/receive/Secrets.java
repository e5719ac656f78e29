// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.mdso.logs.SecretMask;

/** Whether the texts of a record are kept as they are or without the secrets in them. */
enum Secrets {
  KEPT,
  MASKED;

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
