// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

/**
 * Finds the spans of a large trace by id and by parent: open addressing, at most half full, on
 * indexes into its {@link FragmentSpans}.
 */
final class SpanHashes {

  /** Index + 1 by id, and of the newest child by parent. */
  private final int[] byId;

  private final int[] newestChild;

  /** Index + 1 of the next older child of the same parent. */
  private final int[] olderSibling;

  /**
   * @param size how many spans there may be, a power of two
   */
  SpanHashes(int size) {
    byId = new int[size * 2];
    newestChild = new int[size * 2];
    olderSibling = new int[size];
  }

  void add(int index, FragmentSpans spans) {
    byId[slotOfId(spans.id(index), spans)] = index + 1;
    long parent = spans.parentId(index);
    if (parent != 0) {
      int slot = slotOfParent(parent, spans);
      olderSibling[index] = newestChild[slot];
      newestChild[slot] = index + 1;
    }
  }

  /** Index of a span, or -1. */
  int indexOf(long id, FragmentSpans spans) {
    return byId[slotOfId(id, spans)] - 1;
  }

  /** Index of the newest child of this span, or -1. */
  int firstChild(long id, FragmentSpans spans) {
    return newestChild[slotOfParent(id, spans)] - 1;
  }

  /** Another child of the same parent after this one, or -1. */
  int nextChild(int index) {
    return olderSibling[index] - 1;
  }

  private int slotOfId(long id, FragmentSpans spans) {
    int slot = start(id);
    while (byId[slot] != 0 && spans.id(byId[slot] - 1) != id) {
      slot = (slot + 1) & (byId.length - 1);
    }
    return slot;
  }

  private int slotOfParent(long parent, FragmentSpans spans) {
    int slot = start(parent);
    while (newestChild[slot] != 0 && spans.parentId(newestChild[slot] - 1) != parent) {
      slot = (slot + 1) & (newestChild.length - 1);
    }
    return slot;
  }

  private int start(long id) {
    return (int) (id * 0x9E3779B97F4A7C15L >>> 33) & (byId.length - 1);
  }
}
