// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the operational endpoints tell about the server.
 *
 * @param version of the server, shown in {@code /health} and on the page
 * @param checks asked at each request: name of a part → how it stands. The server is ready when
 *     every part is up that senders need.
 */
public record ServerState(String version, Supplier<Map<String, Check>> checks) {

  /**
   * How one part stands.
   *
   * @param reason why it is down, or a remark; null when there is nothing to say
   * @param needed whether nothing can be taken in while it is down
   */
  public record Check(boolean up, @Nullable String reason, boolean needed) {

    public static final Check UP = new Check(true, null);

    public Check(boolean up, @Nullable String reason) {
      this(up, reason, true);
    }

    /** Down when there is a reason, else up. */
    public static Check unless(@Nullable String reason) {
      return reason == null ? UP : new Check(false, reason);
    }

    /** The same for a part behind the journal: while it is down, senders need not go elsewhere. */
    public static Check unlessBehind(@Nullable String reason) {
      return reason == null ? UP : new Check(false, reason, false);
    }
  }

  public ServerState {
    requireNonNull(version, "version");
    requireNonNull(checks, "checks");
  }
}
