// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Spans that call alike: service, operation, kind, and whom they say they call. */
final class ExitType {

  static final int INTERNAL = 1;
  static final int SERVER = 2;
  static final int CLIENT = 3;
  static final int PRODUCER = 4;
  static final int CONSUMER = 5;
  private static final double MAX_BUSY = 0.99;

  final int id;
  final Service service;
  final String name;
  final int kind;
  final @Nullable String destination;
  final @Nullable String peer;
  private final boolean oneSlot;

  /** Edges to child types it has been compared with. */
  final List<EdgeModel> edges = new ArrayList<>();

  /** Live exits that may still have a callee, by the strong keys of their traces. */
  final List<Group> groups = new ArrayList<>(1);

  /** Unanswered exits the model is fitted on. */
  double exposure;

  double carriedExposure;

  /** The part of them whose traces carry keys. */
  double keyedExposure;

  double carriedKeyedExposure;

  ExitType(
      int id,
      Service service,
      String name,
      int kind,
      @Nullable String destination,
      @Nullable String peer) {
    this.id = id;
    this.service = service;
    this.name = name;
    this.kind = kind;
    this.destination = destination;
    this.peer = peer;
    oneSlot = kind == CLIENT || kind == PRODUCER;
  }

  boolean oneSlot() {
    return oneSlot;
  }

  void add(Exit exit) {
    int keys = exit.fragment.strongKeys;
    for (Group group : groups) {
      if (group.keys == keys) {
        group.exits.add(exit);
        return;
      }
    }
    Group group = new Group(keys);
    groups.add(group);
    group.exits.add(exit);
  }

  boolean remove(Exit exit) {
    int keys = exit.fragment.strongKeys;
    for (Group group : groups) {
      if (group.keys == keys) {
        return group.exits.remove(exit);
      }
    }
    return false;
  }

  /** Goes on counting an exit that leaves memory. */
  void carryExposure(double exits, boolean keyed) {
    carriedExposure += exits;
    carriedKeyedExposure += keyed ? exits : 0;
  }

  /** Turns shares into odds against an empty slot. */
  void fitOdds() {
    double busy = 0;
    for (EdgeModel edge : edges) {
      busy += edge.share;
    }
    double scale = busy > MAX_BUSY ? MAX_BUSY / busy : 1;
    double idle = 1 - Math.min(busy, MAX_BUSY);
    for (EdgeModel edge : edges) {
      edge.odds = oneSlot() ? edge.share * scale / idle : edge.share / (1 - edge.share);
    }
  }

  /** Exits of traces with these strong keys, a bit each, in order of time. */
  static final class Group {
    final int keys;
    @Part final TimeOrdered<Exit> exits = new TimeOrdered<>();

    /** Where a search stands, and where the one before began: the next begins close by. */
    int cursor;

    int begun;

    Group(int keys) {
      this.keys = keys;
    }

    /** Index of the last exit that starts no later than this, or -1. */
    int begin(long latestNanos) {
      begun = exits.firstAfter(latestNanos, begun);
      return begun - 1;
    }
  }
}
