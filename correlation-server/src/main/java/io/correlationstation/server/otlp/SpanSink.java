// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.otlp;

/** Takes the spans of a scan, one by one. */
@FunctionalInterface
public interface SpanSink {
  void span(SpanView span);
}
