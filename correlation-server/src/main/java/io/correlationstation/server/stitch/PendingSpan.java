// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** A span that waits until event time has passed its end, so that order of arrival is forgotten. */
final class PendingSpan {

  static final Comparator<PendingSpan> ORDER =
      Comparator.<PendingSpan>comparingLong(s -> s.endNanos)
          .thenComparingLong(s -> s.traceHigh)
          .thenComparingLong(s -> s.traceLow)
          .thenComparingLong(s -> s.spanId)
          .thenComparingLong(s -> s.startNanos);

  final long traceHigh;
  final long traceLow;
  final long spanId;
  final long parentId;
  final Service service;
  final String name;
  final int kind;
  final long startNanos;
  final long endNanos;
  final boolean database;
  final @Nullable String destination;
  final @Nullable String peer;
  final @Nullable String client;
  final @Nullable String carrier;
  final int precisionMillis;
  final boolean polled;
  final KeyValue[] keys;

  PendingSpan(SpanFacts facts, Service service, KeyValue[] keys) {
    traceHigh = facts.traceHigh;
    traceLow = facts.traceLow;
    spanId = facts.spanId;
    parentId = facts.parentId;
    this.service = service;
    name = facts.name;
    kind = facts.kind;
    startNanos = facts.startNanos;
    endNanos = Math.max(facts.startNanos, facts.endNanos);
    database = facts.database;
    destination = facts.destination;
    peer = facts.peer;
    client = facts.client;
    carrier = facts.carrier;
    precisionMillis = (int) Math.min(Integer.MAX_VALUE, facts.precisionNanos / 1_000_000);
    polled = facts.polled;
    this.keys = keys;
  }
}
