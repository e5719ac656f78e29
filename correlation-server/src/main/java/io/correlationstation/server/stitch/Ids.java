// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Identifiers as text, and the ids of handoffs. */
final class Ids {

  private static final HexFormat HEX = HexFormat.of();

  /** Never fed: only copied. */
  private static final MessageDigest SHA256 = lookUp();

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
    byte[] digest = sha256().digest(text.getBytes(StandardCharsets.ISO_8859_1));
    return HEX.formatHex(digest, 0, 16);
  }

  /** A copy of one that was looked up once: the look-up costs as much as the digest. */
  private static MessageDigest sha256() {
    try {
      return (MessageDigest) SHA256.clone();
    } catch (CloneNotSupportedException e) {
      throw new AssertionError("the JDK's own digests can be copied", e);
    }
  }

  private static MessageDigest lookUp() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
