// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A destination's HTTP answer.
 *
 * @param status of the last exchange, after a permitted redirect
 * @param retryAfter the header as sent, or null
 * @param contentType the header as sent, or the empty string
 * @param body the first {@value HttpSender#MAX_ANSWER_BYTES} bytes
 */
record Answer(int status, @Nullable String retryAfter, String contentType, byte[] body) {

  private static final int MAX_TEXT = 300;

  /** The body as one short line for logs and dead letters; binary bodies become readable too. */
  String text() {
    String text =
        new String(body, StandardCharsets.UTF_8).replaceAll("[^\\p{Print}]+", " ").strip();
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
  }
}
