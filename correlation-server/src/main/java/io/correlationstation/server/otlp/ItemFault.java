// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.io.Serial;

/** One item, or one part of a container, cannot be kept. Thrown and caught inside this package. */
final class ItemFault extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  ItemFault(String message) {
    super(message, null, false, false);
  }
}
