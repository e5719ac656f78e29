// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names and values as Loki takes them: labels, their text form, and cuts that stay on a character.
 */
final class LokiNames {

  static final int MAX_LABEL_NAME_BYTES = 1024;
  static final int MAX_LABEL_VALUE_BYTES = 2048;

  private static final int HASH_DIGITS = 16;

  private LokiNames() {}

  /** A metadata name: letters, digits and underscores, no digit in front. */
  static String metadata(String name) {
    StringBuilder sanitised = new StringBuilder(name.length() + 1);
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean digit = c >= '0' && c <= '9';
      boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
      if (digit && i == 0) {
        sanitised.append('_');
      }
      sanitised.append(digit || letter ? c : '_');
    }
    return sanitised.isEmpty() ? "_" : sanitised.toString();
  }

  /** A label name: as metadata, and without the two underscores that Loki keeps for itself. */
  static String label(String name) {
    String label = metadata(name);
    while (label.startsWith("__")) {
      label = label.substring(1);
    }
    return label.length() <= MAX_LABEL_NAME_BYTES
        ? label
        : label.substring(0, MAX_LABEL_NAME_BYTES);
  }

  /** A label value within Loki's limit: what does not fit is cut and its hash put in its place. */
  static String labelValue(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= MAX_LABEL_VALUE_BYTES) {
      return value;
    }
    String mark = "…sha256=" + hash(bytes);
    int room = MAX_LABEL_VALUE_BYTES - mark.getBytes(StandardCharsets.UTF_8).length;
    return new String(bytes, 0, cut(bytes, 0, room), StandardCharsets.UTF_8) + mark;
  }

  /**
   * The largest end at most {@code max} bytes after {@code from} that splits no UTF-8 character.
   */
  static int cut(byte[] utf8, int from, int max) {
    if (utf8.length - from <= max) {
      return utf8.length;
    }
    int end = from + max;
    while (end > from && (utf8[end] & 0xc0) == 0x80) {
      end--;
    }
    return end == from ? from + max : end;
  }

  /** The stream selector that a push request names a stream by; sorted, as Loki compares text. */
  static String selector(Map<String, String> labels) {
    StringBuilder selector = new StringBuilder("{");
    for (Map.Entry<String, String> label : new TreeMap<>(labels).entrySet()) {
      selector.append(selector.length() == 1 ? "" : ", ").append(label.getKey()).append("=\"");
      quote(label.getValue(), selector);
      selector.append('"');
    }
    return selector.append('}').toString();
  }

  private static void quote(String value, StringBuilder out) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        default -> {
          if (c < 0x20 || c == 0x7f) {
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
  }

  private static String hash(byte[] bytes) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(digest).substring(0, HASH_DIGITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
