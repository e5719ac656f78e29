// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/**
 * How two traces compare on one key.
 *
 * @param sharedOrNull the value both carry, null when they share none
 * @param derived whether what was compared was brought by an alias or a link
 * @param comparable whether both carry the key at all
 */
record KeyMatch(@Nullable KeyValue sharedOrNull, boolean derived, boolean comparable) {

  private static final KeyMatch MISSING = new KeyMatch(null, false, false);
  private static final KeyMatch DIFFERENT = new KeyMatch(null, false, true);
  private static final KeyMatch PERHAPS_DIFFERENT = new KeyMatch(null, true, true);

  static KeyMatch of(KeySet child, KeySet parent, int key) {
    boolean childHas = false;
    boolean parentHas = false;
    boolean certain = true;
    for (int i = 0; i < child.values.length; i++) {
      KeyValue one = child.values[i];
      if (one.key != key || one.quarantined) {
        continue;
      }
      childHas = true;
      certain &= child.via(i) == null;
      for (int j = 0; j < parent.values.length; j++) {
        KeyValue other = parent.values[j];
        if (other == one) {
          return new KeyMatch(one, child.via(i) != null || parent.via(j) != null, true);
        }
        if (other.key == key && !other.quarantined) {
          parentHas = true;
          certain &= parent.via(j) == null;
        }
      }
    }
    if (!childHas || !parentHas) {
      return MISSING;
    }
    return certain ? DIFFERENT : PERHAPS_DIFFERENT;
  }

  boolean same() {
    return sharedOrNull != null;
  }

  boolean differs() {
    return comparable && sharedOrNull == null;
  }

  /** The value both carry; only when {@link #same}. */
  KeyValue shared() {
    if (sharedOrNull == null) {
      throw new IllegalStateException("no shared value");
    }
    return sharedOrNull;
  }
}
