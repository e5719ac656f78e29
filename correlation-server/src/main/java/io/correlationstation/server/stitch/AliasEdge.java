// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/** Two values seen on one record, and when. */
final class AliasEdge {

  final KeyValue left;
  final KeyValue right;
  final String source;
  long firstNanos;
  long lastNanos;
  long sightings;

  /** Neighbours in order of age. */
  @Nullable AliasEdge older;

  @Nullable AliasEdge newer;

  AliasEdge(KeyValue left, KeyValue right, String source, long nanos) {
    this.left = left;
    this.right = right;
    this.source = source;
    firstNanos = nanos;
    lastNanos = nanos;
    sightings = 1;
  }

  KeyValue other(KeyValue one) {
    return one == left ? right : left;
  }

  void seen(long nanos) {
    firstNanos = Math.min(firstNanos, nanos);
    lastNanos = Math.max(lastNanos, nanos);
    sightings++;
  }
}
