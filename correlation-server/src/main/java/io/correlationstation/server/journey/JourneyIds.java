// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Ids that are pure functions of what they name, so that replay and restart give the same ones. */
final class JourneyIds {

  private static final int ID_BYTES = 16;

  private JourneyIds() {}

  /** Id of the journey whose root fragment has that trace id: 32 hexadecimal digits. */
  static String journey(String rootTraceId) {
    return digest("journey|" + rootTraceId);
  }

  /** Id of what a circuit's logs without trace make up before a run claims them. */
  static String unclaimedLogs(String circuitId) {
    return digest("logs|" + circuitId);
  }

  /** Id of the correlation record of a trace. */
  static String correlation(String traceId) {
    return digest("correlation|" + traceId);
  }

  /** 32 hexadecimal digits of the SHA-256 over the text. */
  static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
