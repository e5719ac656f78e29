// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.tracelog;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Trace and span ids of what the orchestrator did: the plan's own trace id kept, everything else
 * derived from it, so that the same trace gives the same ids whenever it is read.
 *
 * <p>Vector: {@code order-1/activate} → {@code 0cbc712d357fc3d207800d796fd4f341}.
 */
public final class TraceIds {

  private static final Pattern UUID_FORM =
      Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern DIGITS = Pattern.compile("[0-9a-fA-F]{32}");
  private static final String ZERO = "0".repeat(32);
  private static final HexFormat HEX = HexFormat.of();

  private TraceIds() {}

  /**
   * 32 lower-case digits: a UUID without its dashes, 32 digits as they are, any other text hashed.
   *
   * @return null when the text is missing, blank or the zero id
   */
  public static @Nullable String traceId(@Nullable String text) {
    if (text == null || text.isBlank()) {
      return null;
    }
    String id;
    if (UUID_FORM.matcher(text).matches()) {
      id = text.replace("-", "").toLowerCase(Locale.ROOT);
    } else if (DIGITS.matcher(text).matches()) {
      id = text.toLowerCase(Locale.ROOT);
    } else {
      id = HEX.formatHex(sha256("mdso|" + text), 0, 16);
    }
    return id.equals(ZERO) ? null : id;
  }

  /**
   * The span of a process on a resource.
   *
   * @param traceId 32 digits
   * @param occurrence counts the spans of this resource and process from 0, in the order in which
   *     they open
   */
  static long spanId(String traceId, String resourceId, String process, int occurrence) {
    return first8(traceId + "|" + resourceId + "|" + process + "|" + occurrence);
  }

  /** The root of an origination resource. */
  static long rootId(String traceId, String originationId) {
    return spanId(traceId, originationId, "", 0);
  }

  /** First eight bytes of the SHA-256 of a text, big-endian; never 0. */
  static long first8(String text) {
    byte[] hash = sha256(text);
    long value = 0;
    for (int i = 0; i < 8; i++) {
      value = value << 8 | (hash[i] & 0xff);
    }
    return value == 0 ? first8(text + "|") : value;
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
