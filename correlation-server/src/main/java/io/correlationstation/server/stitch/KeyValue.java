// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One value of one key: who carries it, in order of time. */
final class KeyValue {

  final int key;
  final String value;
  @Part final TimeOrdered<Exit> exits = new TimeOrdered<>();
  @Part final TimeOrdered<Child> children = new TimeOrdered<>();

  /** The keys of a trace that carries nothing else; null until there is one. */
  @Nullable KeySet alone;

  /** Values known to belong to this one; null while there are none. */
  @Nullable List<AliasEdge> aliases;

  /** Live fragments that carry it. */
  int fragments;

  /** Spans that wait with it. */
  int holders;

  /** The last search for a child that carries it. */
  int soughtIn;

  boolean quarantined;

  KeyValue(int key, String value) {
    this.key = key;
    this.value = value;
  }

  void join(AliasEdge edge) {
    if (aliases == null) {
      aliases = new ArrayList<>(2);
    }
    aliases.add(edge);
  }

  void leave(AliasEdge edge) {
    if (aliases != null) {
      aliases.remove(edge);
    }
  }

  int aliasCount() {
    return aliases == null ? 0 : aliases.size();
  }

  boolean idle() {
    return holders == 0
        && fragments == 0
        && exits.isEmpty()
        && children.isEmpty()
        && (aliases == null || aliases.isEmpty());
  }
}
