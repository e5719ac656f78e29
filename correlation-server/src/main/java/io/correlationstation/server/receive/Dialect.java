// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.journal.Signal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way of sending over HTTP: what it takes on a path, how to read it, how to answer. */
interface Dialect extends Intake.Reader {

  Signal signal();

  /** Name for metrics. */
  String transport();

  /** Refuses content types that the dialect does not know. */
  void checkType(String contentType) throws Refusal;

  /** The codings to undo before {@link #read}, in the order in which they were applied. */
  default List<String> codings(String contentType, @Nullable String contentEncoding)
      throws Refusal {
    return Codings.parse(contentEncoding);
  }

  /**
   * Bytes of memory that {@link #read} needs beside the body, at most about so many.
   *
   * @param bodyBytes size of the body without its codings
   */
  default long workingBytes(String contentType, int bodyBytes) {
    return 2L * bodyBytes;
  }

  Answer success(Delivery delivery, Outcome outcome);

  Answer refusal(String contentType, Refusal refusal);
}
