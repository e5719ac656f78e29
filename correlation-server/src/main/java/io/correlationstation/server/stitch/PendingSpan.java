// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** A span that waits until event time has passed its end, so that order of arrival is forgotten. */
final class PendingSpan {

  /** By end, then by what tells spans apart. */
  static final Comparator<PendingSpan> ORDER = PendingSpan::compare;

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

  /** Saturates at 65 s: what is coarser than the window says nothing. */
  final char precisionMillis;

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
    precisionMillis = (char) Math.min(Character.MAX_VALUE, facts.precisionNanos / 1_000_000);
    polled = facts.polled;
    this.keys = keys;
  }

  private static int compare(PendingSpan one, PendingSpan other) {
    int order = Long.compare(one.endNanos, other.endNanos);
    if (order == 0) {
      order = Long.compare(one.traceHigh, other.traceHigh);
    }
    if (order == 0) {
      order = Long.compare(one.traceLow, other.traceLow);
    }
    if (order == 0) {
      order = Long.compare(one.spanId, other.spanId);
    }
    return order != 0 ? order : Long.compare(one.startNanos, other.startNanos);
  }
}
