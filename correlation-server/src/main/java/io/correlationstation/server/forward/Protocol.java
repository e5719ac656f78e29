// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

/** What a destination speaks. */
public enum Protocol {
  /** OTLP over HTTP, protobuf. */
  OTLP_HTTP,
  /** OTLP over gRPC. */
  OTLP_GRPC,
  /** Loki's push API: protobuf in a snappy block. */
  LOKI_PUSH,
  /** Datadog: traces by OTLP over HTTP, logs by the logs API, version 2. */
  DATADOG
}
