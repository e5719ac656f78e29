// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.io.Serial;

/** Ends the reading of one item, or of one part of a container. Never leaves this package. */
final class ItemFault extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  private final transient Fault fault;

  ItemFault(Fault fault) {
    super(fault.text(), null, false, false);
    this.fault = fault;
  }

  Fault fault() {
    return fault;
  }
}
