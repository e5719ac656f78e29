// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import java.io.Serial;

/** A request that cannot be answered as it stands; the message goes to the caller. */
final class BadRequest extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  BadRequest(String message) {
    super(message);
  }
}
