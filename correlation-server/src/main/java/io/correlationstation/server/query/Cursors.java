// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import io.correlationstation.server.journey.Page.Position;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Positions in lists as opaque text: {@code 1:<nanos>:<id>} in URL-safe base 64. */
final class Cursors {

  private static final String VERSION = "1";

  private Cursors() {}

  static @Nullable String encode(@Nullable Position position) {
    if (position == null) {
      return null;
    }
    String text = VERSION + ":" + position.nanos() + ":" + position.id();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The position, or null for the start.
   *
   * @throws BadRequest when the cursor is not one of ours
   */
  static @Nullable Position decode(@Nullable String cursor) {
    if (cursor == null || cursor.isEmpty()) {
      return null;
    }
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      String[] parts = text.split(":", 3);
      if (parts.length == 3 && parts[0].equals(VERSION)) {
        return new Position(Long.parseLong(parts[1]), parts[2]);
      }
    } catch (IllegalArgumentException e) {
      // falls through: the reason for the caller is the same
    }
    throw new BadRequest("cursor is not one that this server gave out: " + cursor);
  }
}
