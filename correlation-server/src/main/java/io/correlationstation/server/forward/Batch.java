// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Signal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one request carries: items of one signal and one tenant. Immutable. */
interface Batch {

  Signal signal();

  /** The sender's {@code X-Scope-OrgID}, or null. */
  @Nullable String tenant();

  int items();

  /** Size on the wire before compression. */
  int bytes();

  /**
   * Two batches that together hold the same items in the same order, or an empty list when this one
   * is a single item or cannot be read.
   */
  List<Batch> halves();

  /** How {@link #payload} is encoded, as dead letters name it. */
  DeadLetter.Encoding encoding();

  /** The body before compression, as one array. */
  byte[] payload();
}
