// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * What to send back.
 *
 * @param contentType null when there is no body
 */
record Answer(int status, @Nullable String contentType, byte[] body) {

  static final String JSON = "application/json";
  static final String PROBLEM = "application/problem+json";
  static final String TEXT = "text/plain;charset=utf-8";

  private static final byte[] EMPTY = {};

  static Answer empty(int status) {
    return new Answer(status, null, EMPTY);
  }

  static Answer text(int status, String text) {
    return new Answer(status, TEXT, (text + "\n").getBytes(UTF_8));
  }
}
