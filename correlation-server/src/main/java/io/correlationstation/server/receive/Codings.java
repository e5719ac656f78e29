// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyFramedInputStream;

/**
 * Undoes the content codings of a body that is whole in memory: gzip, zstd, deflate (zlib), snappy
 * (block or framed). Nothing may follow the compressed stream, and nothing of it may be missing: a
 * truncated body must not pass for a shorter one.
 */
final class Codings {

  private static final int MAX_STACKED = 3;

  /** Largest zstd window, as a power of two: the default limit of a body. */
  private static final int MAX_WINDOW_LOG = 26;

  private static final byte[] SNAPPY_FRAMED = {(byte) 0xff, 6, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'};

  private Codings() {}

  /** Names of the codings in the order in which they were applied; none for identity. */
  static List<String> parse(@Nullable String header) throws Refusal {
    List<String> codings = new ArrayList<>(1);
    if (header == null) {
      return codings;
    }
    for (String each : header.split(",", -1)) {
      String name = each.trim().toLowerCase(Locale.ROOT);
      switch (name) {
        case "", "identity", "none" -> {}
        case "gzip", "x-gzip" -> codings.add("gzip");
        case "zstd", "deflate", "snappy" -> codings.add(name);
        case "x-snappy-framed" -> codings.add("snappy");
        default -> throw Refusal.unsupported("unsupported Content-Encoding: " + printable(name));
      }
    }
    if (codings.size() > MAX_STACKED) {
      throw Refusal.unsupported("more than " + MAX_STACKED + " content encodings");
    }
    return codings;
  }

  /** The body without its codings. */
  static byte[] decode(List<String> codings, byte[] body, int limit, ByteBudget.Lease lease)
      throws Refusal {
    byte[] decoded = body;
    for (int i = codings.size() - 1; i >= 0; i--) {
      byte[] coded = decoded;
      decoded = decode(codings.get(i), coded, limit, lease);
      lease.giveBack(coded.length);
    }
    return decoded;
  }

  private static byte[] decode(String coding, byte[] body, int limit, ByteBudget.Lease lease)
      throws Refusal {
    if (body.length == 0) {
      throw Refusal.badRequest(coding + ": the body is empty");
    }
    try {
      return switch (coding) {
        case "gzip" -> new Inflation(body, limit, lease).gzip();
        case "deflate" -> new Inflation(body, limit, lease).zlib();
        case "zstd" -> zstd(body, limit, lease);
        default -> snappy(body, limit, lease);
      };
    } catch (IOException e) {
      throw Refusal.badRequest(coding + ": " + e.getMessage());
    }
  }

  private static byte[] zstd(byte[] body, int limit, ByteBudget.Lease lease)
      throws Refusal, IOException {
    try (ZstdInputStream in = new ZstdInputStream(new ByteArrayInputStream(body))) {
      in.setLongMax(MAX_WINDOW_LOG);
      return readAll(in, limit, lease);
    }
  }

  private static byte[] snappy(byte[] body, int limit, ByteBudget.Lease lease)
      throws Refusal, IOException {
    if (startsWith(body, SNAPPY_FRAMED)) {
      try (InputStream in = new SnappyFramedInputStream(new ByteArrayInputStream(body), true)) {
        return readAll(in, limit, lease);
      }
    }
    long length = snappyLength(body);
    if (length > limit) {
      throw Refusal.tooLarge(limit);
    }
    lease.take(length);
    byte[] decoded = new byte[(int) length];
    if (!Snappy.isValidCompressedBuffer(body, 0, body.length)) {
      throw new IOException("corrupt input");
    }
    Snappy.uncompress(body, 0, body.length, decoded, 0);
    return decoded;
  }

  /** What the header claims, read before anything is allocated for it. */
  private static long snappyLength(byte[] body) throws IOException {
    long length = 0;
    for (int i = 0; i < 5 && i < body.length; i++) {
      length |= (long) (body[i] & 0x7f) << (7 * i);
      if (body[i] >= 0) {
        return length;
      }
    }
    throw new IOException("corrupt input");
  }

  private static byte[] readAll(InputStream in, int limit, ByteBudget.Lease lease)
      throws Refusal, IOException {
    GrowingBody decoded = new GrowingBody(limit, lease);
    byte[] chunk = new byte[32 * 1024];
    for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
      byte[] room = decoded.room(n);
      System.arraycopy(chunk, 0, room, decoded.size(), n);
      decoded.advance(n);
    }
    return decoded.toByteArray();
  }

  private static boolean startsWith(byte[] body, byte[] prefix) {
    return body.length >= prefix.length
        && Arrays.equals(body, 0, prefix.length, prefix, 0, prefix.length);
  }

  private static String printable(String name) {
    String shortened = name.length() > 40 ? name.substring(0, 40) : name;
    return shortened.replaceAll("[^a-z0-9._-]", "?");
  }
}
