// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

/** What a destination speaks. */
public enum Protocol {
  /** OTLP over HTTP, protobuf. */
  OTLP_HTTP,
  /** Loki's push API: protobuf in a snappy block. */
  LOKI_PUSH
}
