// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import java.io.IOException;
import java.util.List;

/** What differs between destinations: how frames become requests, and what the answers mean. */
interface Destination extends AutoCloseable {

  /** A batch that the destination would refuse, found before sending it. */
  record Refused(Batch batch, String reason) {}

  /**
   * Requests for the frames, within the destination's limits, and what fits no request.
   *
   * @param batches in the order to send them
   * @param refused dead letters
   */
  record Prepared(List<Batch> batches, List<Refused> refused) {}

  /**
   * @param frames of the destination's signals, in journal order
   */
  Prepared prepare(List<Frame> frames);

  /**
   * Sends one batch and waits for the answer.
   *
   * @throws IOException when there was no answer: nothing is known about the batch
   */
  Verdict send(Batch batch) throws IOException, InterruptedException;

  @Override
  void close();
}
