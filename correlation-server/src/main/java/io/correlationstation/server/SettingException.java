// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import java.io.Serial;

/** A setting is unknown or its value is wrong; the message is for the person who set it. */
final class SettingException extends RuntimeException {

  @Serial private static final long serialVersionUID = 1L;

  SettingException(String message) {
    super(message);
  }
}
