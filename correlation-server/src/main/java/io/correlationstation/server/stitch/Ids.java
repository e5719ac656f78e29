// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Identifiers as text, and the ids of handoffs. */
final class Ids {

  private static final HexFormat HEX = HexFormat.of();

  private Ids() {}

  static String trace(Fragment fragment) {
    return HEX.toHexDigits(fragment.traceHigh) + HEX.toHexDigits(fragment.traceLow);
  }

  static String span(long id) {
    return HEX.toHexDigits(id);
  }

  /** First 16 bytes of SHA-256 over the model version and both ends. */
  static String handoff(Exit exit, Child child) {
    String text =
        Decisions.MODEL_VERSION
            + '|'
            + trace(exit.fragment)
            + '|'
            + span(exit.spanId)
            + '|'
            + trace(child.fragment)
            + '|'
            + span(child.spanId);
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HEX.formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
