// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

import java.io.Serial;

/**
 * Bytes that cannot be read as the message they should be; the whole request is refused. Carries no
 * stack trace: it is an answer to a sender, not a fault of ours.
 */
public final class MalformedOtlpException extends Exception {

  @Serial private static final long serialVersionUID = 1L;

  public MalformedOtlpException(String message) {
    super(message, null, false, false);
  }
}
