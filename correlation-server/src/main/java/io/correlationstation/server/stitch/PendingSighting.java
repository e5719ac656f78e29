// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import java.util.Comparator;

/** A sighting that waits for its second of event time. */
final class PendingSighting {

  static final Comparator<PendingSighting> ORDER =
      Comparator.<PendingSighting>comparingLong(s -> s.timeNanos)
          .thenComparingLong(s -> s.traceHigh)
          .thenComparingLong(s -> s.traceLow)
          .thenComparing(s -> s.source)
          .thenComparing(s -> s.keys, PendingSighting::compare);

  final long traceHigh;
  final long traceLow;
  final long timeNanos;
  final String source;
  final KeyValue[] keys;

  PendingSighting(KeySighting sighting, KeyValue[] keys) {
    traceHigh = sighting.traceHigh();
    traceLow = sighting.traceLow();
    timeNanos = sighting.timeNanos();
    source = sighting.source();
    this.keys = keys;
  }

  private static int compare(KeyValue[] one, KeyValue[] other) {
    return Arrays.compare(
        one,
        other,
        (a, b) -> a.key == b.key ? a.value.compareTo(b.value) : Integer.compare(a.key, b.key));
  }
}
