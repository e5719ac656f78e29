// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * Sends batches until each is delivered or dead-lettered, however long that takes.
 *
 * <p>A refused batch is halved until the item at fault is alone: for one bad item among n that is
 * at most 2 log2 n requests, and every other item is delivered once.
 *
 * <p>An answer of 500 says nothing about whose fault it is. A single item is given up for it only
 * when the destination has taken another one in the meantime; while everything fails it is an
 * outage, and the item waits behind whatever else there is to try.
 *
 * <p>One instance per window, used by the worker's thread.
 */
final class Delivery {

  /** Once a part of a batch got through, the rest of it has fewer answers of 500 to spend. */
  private static final int SERVER_ERRORS_WITH_EVIDENCE = 2;

  private static final int TOO_BUSY_BEFORE_SPLIT = 3;

  private static final class Attempt {
    final Batch batch;
    int failures;
    int serverErrors;

    Attempt(Batch batch) {
      this.batch = batch;
    }
  }

  /** What the delivery needs of its surroundings. */
  interface Surroundings {

    /** Waits, or throws when the worker is to stop or the batches are to be given up. */
    void pause(Duration time) throws InterruptedException, IOException;

    /** More batches to try a doubtful destination with; empty when there are none now. */
    List<Batch> more() throws InterruptedException, IOException;

    void delivered(Batch batch, int items);

    /** Returns when the letter is on disk. */
    void deadLetter(Batch batch, String reason, String detail)
        throws InterruptedException, IOException;

    /** Items dropped by the destination out of a batch that it took. */
    void note(Batch batch, int items, String reason, String detail)
        throws InterruptedException, IOException;

    void answered(Batch batch, Verdict verdict, long nanos);
  }

  private final Destination destination;
  private final RetryPolicy policy;
  private final BackOff backOff;
  private final Surroundings surroundings;
  private final Deque<Attempt> queue = new ArrayDeque<>();
  private boolean evidence;

  Delivery(
      Destination destination, RetryPolicy policy, BackOff backOff, Surroundings surroundings) {
    this.destination = destination;
    this.policy = policy;
    this.backOff = backOff;
    this.surroundings = surroundings;
  }

  void deliver(List<Batch> batches) throws InterruptedException, IOException {
    batches.forEach(batch -> queue.addLast(new Attempt(batch)));
    while (!queue.isEmpty()) {
      Attempt attempt = queue.removeFirst();
      settle(attempt, send(attempt.batch));
    }
  }

  private Verdict send(Batch batch) throws InterruptedException {
    long start = System.nanoTime();
    Verdict verdict;
    try {
      verdict = destination.send(batch);
    } catch (IOException e) {
      verdict = Verdict.retry(failure(e), null, String.valueOf(e.getMessage()));
    }
    surroundings.answered(batch, verdict, System.nanoTime() - start);
    return verdict;
  }

  private static String failure(IOException e) {
    if (e instanceof ConnectException || e instanceof UnknownHostException) {
      return "connect";
    }
    if (e instanceof HttpTimeoutException || e instanceof SocketTimeoutException) {
      return "timeout";
    }
    return e instanceof SSLException ? "tls" : "io";
  }

  private void settle(Attempt attempt, Verdict verdict) throws InterruptedException, IOException {
    switch (verdict.outcome()) {
      case DELIVERED -> delivered(attempt.batch, verdict);
      case PARTLY_TAKEN -> partlyTaken(attempt.batch, verdict);
      case RETRY -> retry(attempt, verdict);
      case RETRY_SMALLER -> retrySmaller(attempt, verdict);
      case SERVER_ERROR -> serverError(attempt, verdict);
      case TOO_LARGE, POISON -> takeApart(attempt, verdict);
      case HOLD -> {
        queue.addFirst(attempt);
        surroundings.pause(policy.probeInterval());
      }
    }
  }

  private void delivered(Batch batch, Verdict verdict) throws InterruptedException, IOException {
    evidence = true;
    int rejected = Math.min(verdict.rejected(), batch.items());
    if (rejected > 0) {
      surroundings.note(batch, rejected, "partial_success", verdict.detail());
    }
    surroundings.delivered(batch, batch.items() - rejected);
  }

  /**
   * When the destination does not say how many items it dropped, the whole batch goes to the dead
   * letters: none is called delivered that may not be.
   */
  private void partlyTaken(Batch batch, Verdict verdict) throws InterruptedException, IOException {
    int rejected = verdict.rejected();
    if (rejected > 0 && rejected < batch.items()) {
      surroundings.note(batch, rejected, verdict.code(), verdict.detail());
      surroundings.delivered(batch, batch.items() - rejected);
    } else {
      surroundings.deadLetter(batch, verdict.code(), verdict.detail());
    }
  }

  private void retry(Attempt attempt, Verdict verdict) throws InterruptedException, IOException {
    attempt.failures++;
    queue.addFirst(attempt);
    surroundings.pause(backOff.pause(attempt.failures, verdict.retryAfter()));
  }

  private void retrySmaller(Attempt attempt, Verdict verdict)
      throws InterruptedException, IOException {
    List<Batch> halves =
        attempt.failures + 1 >= TOO_BUSY_BEFORE_SPLIT ? attempt.batch.halves() : List.of();
    if (halves.isEmpty()) {
      retry(attempt, verdict);
    } else {
      replace(halves);
      surroundings.pause(backOff.pause(attempt.failures + 1, verdict.retryAfter()));
    }
  }

  private void serverError(Attempt attempt, Verdict verdict)
      throws InterruptedException, IOException {
    attempt.serverErrors++;
    int limit =
        evidence
            ? Math.min(SERVER_ERRORS_WITH_EVIDENCE, policy.serverErrorsBeforeSplit())
            : policy.serverErrorsBeforeSplit();
    if (attempt.serverErrors < limit) {
      retry(attempt, verdict);
      return;
    }
    List<Batch> halves = attempt.batch.halves();
    if (!halves.isEmpty()) {
      replace(halves);
    } else if (evidence) {
      surroundings.deadLetter(attempt.batch, verdict.code(), verdict.detail());
    } else {
      stepBack(attempt, verdict);
    }
  }

  /** Lets everything else go first, and takes in more when there is nothing else. */
  private void stepBack(Attempt attempt, Verdict verdict) throws InterruptedException, IOException {
    if (queue.isEmpty()) {
      surroundings.more().forEach(batch -> queue.addLast(new Attempt(batch)));
    }
    attempt.failures++;
    queue.addLast(attempt);
    surroundings.pause(backOff.pause(attempt.failures, verdict.retryAfter()));
  }

  private void takeApart(Attempt attempt, Verdict verdict)
      throws InterruptedException, IOException {
    List<Batch> halves = attempt.batch.halves();
    if (halves.isEmpty()) {
      surroundings.deadLetter(attempt.batch, verdict.code(), verdict.detail());
    } else {
      replace(halves);
    }
  }

  private void replace(List<Batch> halves) {
    for (int i = halves.size() - 1; i >= 0; i--) {
      queue.addFirst(new Attempt(halves.get(i)));
    }
  }
}
