// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the stitcher needs to know of one span. One instance is filled, accepted and filled again:
 * {@link Stitcher#accept} keeps no reference to it.
 */
public final class SpanFacts {

  long traceHigh;
  long traceLow;
  long spanId;
  long parentId;
  String service = "";
  String name = "";
  int kind;
  long startNanos;
  long endNanos;
  boolean error;
  boolean database;
  @Nullable String destination;
  @Nullable String peer;
  @Nullable String client;
  @Nullable String carrier;
  long precisionNanos;
  boolean polled;
  long receivedNanos;
  final @Nullable String[] keys;

  /**
   * @param keyCount number of configured keys
   */
  public SpanFacts(int keyCount) {
    keys = new String[keyCount];
  }

  /** Back to an empty span. */
  public SpanFacts clear() {
    parentId = 0;
    kind = 0;
    error = false;
    database = false;
    destination = null;
    peer = null;
    client = null;
    carrier = null;
    precisionNanos = 0;
    polled = false;
    receivedNanos = 0;
    Arrays.fill(keys, null);
    return this;
  }

  /** Big-endian halves of the trace id. */
  public SpanFacts trace(long high, long low) {
    traceHigh = high;
    traceLow = low;
    return this;
  }

  /** Ids of the span and its parent; parent 0 for a root. */
  public SpanFacts span(long id, long parent) {
    spanId = id;
    parentId = parent;
    return this;
  }

  public SpanFacts named(String serviceName, String spanName, int otlpKind) {
    service = serviceName;
    name = spanName;
    kind = otlpKind;
    return this;
  }

  /** Nanoseconds since the epoch, as the sender wrote them. */
  public SpanFacts times(long start, long end) {
    startNanos = start;
    endNanos = end;
    return this;
  }

  /** Whether the span's status is an error. */
  public SpanFacts error(boolean failed) {
    error = failed;
    return this;
  }

  /** Whether the span has an attribute {@code db.*}: such a call never reaches another service. */
  public SpanFacts database(boolean isDatabase) {
    database = isDatabase;
    return this;
  }

  /** {@code messaging.destination.name}. */
  public SpanFacts destination(@Nullable String topicOrQueue) {
    destination = topicOrQueue;
    return this;
  }

  /** Whom the span calls: {@code peer.service}, else {@code server.address}. */
  public SpanFacts peer(@Nullable String serviceOrHost) {
    peer = serviceOrHost;
    return this;
  }

  /** Who calls the span: {@code client.address}. */
  public SpanFacts client(@Nullable String host) {
    client = host;
    return this;
  }

  /** An exact carrier both ends of a handoff share, such as {@code messaging.message.id}. */
  public SpanFacts carrier(@Nullable String messageId) {
    carrier = messageId;
    return this;
  }

  /** Resolution of the span's times when it is coarser than a microsecond, else 0. */
  public SpanFacts precision(long nanos) {
    precisionNanos = nanos;
    return this;
  }

  /** Whether the span comes from a polled source: late by nature, never moving event time. */
  public SpanFacts polled(boolean isPolled) {
    polled = isPolled;
    return this;
  }

  /** When the span was received, 0 if unknown; a span that claims to be later is not believed. */
  public SpanFacts received(long nanos) {
    receivedNanos = nanos;
    return this;
  }

  /** Value of a key by its index in {@link StitchConfig#keys()}; null when absent. */
  public SpanFacts key(int index, @Nullable String value) {
    keys[index] = value;
    return this;
  }
}
