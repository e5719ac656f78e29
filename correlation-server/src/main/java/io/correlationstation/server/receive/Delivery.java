// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.util.Objects.requireNonNull;

import io.correlationstation.server.journal.Signal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that came in whole, decompressed, before its body is read as anything.
 *
 * @param transport how it came, for metrics: {@code http}, {@code grpc}, {@code loki}, {@code api},
 *     {@code mdso}
 * @param contentType without parameters, lower case; empty when there was none
 * @param tenant {@code X-Scope-OrgID}, or null
 * @param idempotencyKey what the sender calls this request, or null
 * @param parameter the {@code service} parameter of the query, or null
 * @param receivedNanos nanoseconds since the epoch
 */
record Delivery(
    Signal signal,
    String transport,
    String contentType,
    byte[] body,
    @Nullable String tenant,
    @Nullable String idempotencyKey,
    @Nullable String parameter,
    long receivedNanos) {

  /** Frame header naming the dialect of a frame that did not come as OTLP. */
  static final String SOURCE = "source";

  static final String TENANT = "x-scope-orgid";

  Delivery {
    requireNonNull(signal, "signal");
  }

  /** Whether the body is OTLP in protobuf, over HTTP or gRPC. */
  boolean otlpProtobuf() {
    return contentType.equals(OtlpDialect.PROTOBUF)
        && (transport.equals("http") || transport.equals("grpc"));
  }

  /**
   * Headers of the frame.
   *
   * @param source dialect, or null for OTLP
   */
  Map<String, String> frameHeaders(@Nullable String source) {
    if (tenant == null && source == null) {
      return Map.of();
    }
    Map<String, String> headers = new LinkedHashMap<>();
    if (tenant != null) {
      headers.put(TENANT, tenant);
    }
    if (source != null) {
      headers.put(SOURCE, source);
    }
    return headers;
  }
}
