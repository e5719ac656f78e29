// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import java.io.Serial;

/** The demo can't go on; the message is the reason for the person who started it. */
public final class DemoFailure extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  public DemoFailure(String message) {
    super(message);
  }
}
