// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Signal;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Something a destination will not take, kept as it was to be sent.
 *
 * @param id 16 hex digits of the content's hash: the same content refused twice has one id
 * @param time when it was put aside
 * @param destination name of the destination
 * @param signal kind of the items
 * @param items how many, at least 1
 * @param reason a short word, as in the metric {@code corr_export_dlq_items_total}
 * @param detail the destination's words, or the empty string
 * @param tenant sender's {@code X-Scope-OrgID}, or null
 * @param encoding of the payload
 * @param payload request body before compression; empty with {@link Encoding#NOTE}
 */
public record DeadLetter(
    String id,
    Instant time,
    String destination,
    Signal signal,
    int items,
    String reason,
    String detail,
    @Nullable String tenant,
    Encoding encoding,
    byte[] payload) {

  /** How the payload can be sent again. */
  public enum Encoding {
    /** An OTLP export request. */
    OTLP,
    /** A Loki {@code PushRequest}, not compressed. */
    LOKI,
    /** A JSON array for Datadog's logs API. */
    DATADOG_LOGS,
    /**
     * Nothing to send: the destination took the request and dropped some of its items without
     * saying which; {@link DeadLetter#detail} holds its words.
     */
    NOTE
  }

  private static final int ID_BYTES = 8;

  static DeadLetter of(
      String destination, Batch batch, Instant time, String reason, String detail) {
    byte[] payload = batch.payload();
    return new DeadLetter(
        idOf(batch.signal(), payload),
        time,
        destination,
        batch.signal(),
        batch.items(),
        reason,
        detail,
        batch.tenant(),
        batch.encoding(),
        payload);
  }

  /** The items that a destination dropped out of a batch it took. */
  static DeadLetter note(
      String destination, Batch batch, Instant time, int items, String reason, String detail) {
    return new DeadLetter(
        idOf(batch.signal(), batch.payload()),
        time,
        destination,
        batch.signal(),
        items,
        reason,
        detail,
        batch.tenant(),
        Encoding.NOTE,
        new byte[0]);
  }

  private static String idOf(Signal signal, byte[] payload) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((byte) signal.ordinal());
      digest.update(ByteBuffer.wrap(payload));
      return HexFormat.of().formatHex(digest.digest(), 0, ID_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
