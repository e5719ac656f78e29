// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** Ids that are pure functions of what they name, so that replay and restart give the same ones. */
final class JourneyIds {

  private static final int ID_BYTES = 16;
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

  /** What tells a journey's id from its root's: any numbers would do. */
  private static final long FLIPPED_HIGH = 0x6A6F75726E657900L;

  private static final long FLIPPED_LOW = 0x9E3779B97F4A7C15L;

  private JourneyIds() {}

  /**
   * Id of the journey whose root fragment has that trace id: 32 hexadecimal digits, others than the
   * trace's, from which {@link #rootTrace} leads back without an index.
   */
  static String journey(String rootTraceId) {
    return flip(rootTraceId);
  }

  /** The trace id of the root fragment of the journey with that id; empty when it is none. */
  static String rootTrace(String journeyId) {
    return ID.matcher(journeyId).matches() ? flip(journeyId) : "";
  }

  private static String flip(String id) {
    return HEX.toHexDigits(Long.parseUnsignedLong(id, 0, 16, 16) ^ FLIPPED_HIGH)
        + HEX.toHexDigits(Long.parseUnsignedLong(id, 16, 32, 16) ^ FLIPPED_LOW);
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
      return HEX.formatHex(hash, 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
