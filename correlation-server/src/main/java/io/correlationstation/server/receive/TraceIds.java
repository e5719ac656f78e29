// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.util.Locale;
import java.util.regex.Pattern;

/** Trace ids as senders write them. */
final class TraceIds {

  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

  private TraceIds() {}

  /**
   * A UUID as 32 digits, since the orchestrator writes its trace ids so; anything else as it is.
   */
  static String normalise(String text) {
    return UUID.matcher(text).matches() ? text.replace("-", "").toLowerCase(Locale.ROOT) : text;
  }
}
