// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.telemetry.SecretMask;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Something that was done to a resource. Its inputs and outputs are not kept: they may hold
 * secrets.
 *
 * @param name the operation's {@code interface}, such as {@code activate}; null when not said
 * @param state requested, pending, scheduled, executing, successful or failed, as written; empty
 *     when missing
 * @param reason why it failed, secrets masked; null when not said
 */
public record MdsoOperation(
    String id,
    @Nullable String name,
    @Nullable String title,
    String state,
    @Nullable String reason,
    @Nullable Instant createdAt,
    @Nullable Instant updatedAt) {

  /** Reads an operation; null when it has no id. */
  static @Nullable MdsoOperation parse(JsonNode json) {
    String id = Json.text(json.path("id"));
    if (id == null) {
      return null;
    }
    String state = Json.text(json.path("state"));
    String reason = Json.text(json.path("reason"));
    return new MdsoOperation(
        id,
        Json.text(json.path("interface")),
        Json.text(json.path("title")),
        state == null ? "" : state,
        reason == null ? null : SecretMask.mask(reason),
        Json.instant(json.path("createdAt")),
        Json.instant(json.path("updatedAt")));
  }

  public boolean isFailed() {
    return state.equalsIgnoreCase("failed");
  }
}
