// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What a person decided. Evidence never overrides it; a later ruling on the same subject does, and
 * the earlier one stays in the history.
 *
 * <p>It carries its whole subject, so that it can be carried out when nothing else is held of it.
 */
public sealed interface Ruling {

  /** Why, in the person's words; may be empty. */
  String reason();

  /** Who decided: the authenticated user, else the name that was given. */
  String author();

  /** When it was taken in, in nanoseconds since the epoch. */
  long timeNanos();

  /**
   * That a handoff is right or wrong.
   *
   * @param handoff as it stood when the person saw it
   * @param confirmed true: this parent is right, whatever else competes; false: it is wrong, others
   *     may still win
   * @param standing another handoff of the same child that held at that time and that a
   *     confirmation replaces; null when there is none
   */
  record OnHandoff(
      Handoff handoff,
      boolean confirmed,
      @Nullable Handoff standing,
      String reason,
      String author,
      long timeNanos)
      implements Ruling {

    public OnHandoff {
      requireNonNull(handoff, "handoff");
      requireNonNull(reason, "reason");
      requireNonNull(author, "author");
    }

    /** What the stitcher has to know of it. */
    public Verdict verdict() {
      return new Verdict(
          handoff.child().traceId(),
          handoff.child().spanId(),
          handoff.parent().traceId(),
          handoff.parent().spanId(),
          confirmed,
          author);
    }
  }

  /** That two key values do not belong together, however often records carry both. */
  record OnAlias(
      String key,
      String value,
      String otherKey,
      String otherValue,
      String reason,
      String author,
      long timeNanos)
      implements Ruling {

    public OnAlias {
      requireNonNull(key, "key");
      requireNonNull(value, "value");
      requireNonNull(otherKey, "otherKey");
      requireNonNull(otherValue, "otherValue");
      requireNonNull(reason, "reason");
      requireNonNull(author, "author");
    }
  }
}
