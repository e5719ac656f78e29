// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A call to the orchestrator failed for good. The message names the route template and the HTTP
 * status or kind of failure, and never a token, a credential or a full URL.
 */
public final class MdsoException extends IOException {

  private static final long serialVersionUID = 1;

  /** Why; {@link #label} is the value of {@code status_code} where there is no HTTP status. */
  public enum Kind {
    /** The server answered with a status that is no success. */
    HTTP,
    /** Credentials refused, or a fresh token refused. */
    AUTH,
    TIMEOUT,
    /** No connection could be made: the request did not leave. */
    CONNECT,
    /** The connection broke. */
    IO,
    OVERSIZE,
    /** A whole answer that is not what it should be. */
    BROKEN_JSON,
    BREAKER_OPEN,
    PAGING_ABORTED;

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private final Kind kind;
  private final int status;
  private final @Nullable String gatewayTraceId;
  private final @Nullable String gatewayHopId;

  public MdsoException(Kind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.status = 0;
    this.gatewayTraceId = null;
    this.gatewayHopId = null;
  }

  MdsoException(
      Kind kind,
      int status,
      String message,
      @Nullable String gatewayTraceId,
      @Nullable String gatewayHopId) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.gatewayTraceId = gatewayTraceId;
    this.gatewayHopId = gatewayHopId;
  }

  public Kind kind() {
    return kind;
  }

  /** HTTP status; 0 when there was none. */
  public int status() {
    return status;
  }

  /** The gateway's own trace id of the refused call; null when it gave none. */
  public @Nullable String gatewayTraceId() {
    return gatewayTraceId;
  }

  public @Nullable String gatewayHopId() {
    return gatewayHopId;
  }

  public boolean isNotFound() {
    return status == 404;
  }
}
