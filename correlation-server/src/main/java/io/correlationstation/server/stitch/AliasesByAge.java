// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/** Aliases in the order in which they were last seen; each change takes constant time. */
final class AliasesByAge {

  private @Nullable AliasEdge oldest;
  private @Nullable AliasEdge newest;
  private int size;

  int size() {
    return size;
  }

  /** The one not seen for longest, or null. */
  @Nullable AliasEdge oldest() {
    return oldest;
  }

  void add(AliasEdge edge) {
    AliasEdge before = newest;
    edge.older = before;
    newest = edge;
    if (before == null) {
      oldest = edge;
    } else {
      before.newer = edge;
    }
    size++;
  }

  void remove(AliasEdge edge) {
    AliasEdge before = edge.older;
    AliasEdge after = edge.newer;
    if (before == null) {
      oldest = after;
    } else {
      before.newer = after;
    }
    if (after == null) {
      newest = before;
    } else {
      after.older = before;
    }
    edge.older = null;
    edge.newer = null;
    size--;
  }

  /** It was seen again. */
  void renew(AliasEdge edge) {
    if (edge != newest) {
      remove(edge);
      add(edge);
    }
  }
}
