// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/** A service as learnt from its spans. */
final class Service {

  final String name;

  /** Emits CLIENT or PRODUCER spans, so that its other spans are never taken for calls. */
  boolean callsOut;

  /** Its spans come from a polled source: an orchestrator whose outgoing calls nobody sees. */
  boolean polled;

  /** Whether, and against which service, its clock is known; how far it is ahead of that one. */
  boolean clockKnown;

  @Nullable Service clockGroup;
  double clockSeconds;

  /** How many kinds of its spans are told apart. */
  int types;

  /** How its spans arrive, for the watermark. */
  final EventClock.Source arrivals = new EventClock.Source();

  Service(String name) {
    this.name = name;
  }
}
