// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.dynatrace.hash4j.hashing.HashValue128;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.JournalRefusedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every transport and dialect meets: reads a delivery, recognises repeats, stores the rest
 * and counts. The future completes when the items are durable, and not before; it completes
 * exceptionally with a {@link Refusal} when they are not. Thread-safe.
 */
final class Intake {

  /** How a dialect reads a delivery. */
  interface Reader {
    Submission read(Delivery delivery) throws Refusal;
  }

  private static final Logger logger = LoggerFactory.getLogger(Intake.class);

  private final Journal journal;
  private final Duplicates duplicates;
  private final TenantQuota quota;
  private final ReceiveMetrics metrics;

  Intake(Journal journal, Duplicates duplicates, TenantQuota quota, ReceiveMetrics metrics) {
    this.journal = journal;
    this.duplicates = duplicates;
    this.quota = quota;
    this.metrics = metrics;
  }

  CompletableFuture<Outcome> take(Delivery delivery, Reader reader) {
    try {
      quota.charge(delivery.tenant(), delivery.body().length);
    } catch (Refusal e) {
      return CompletableFuture.failedFuture(e);
    }
    metrics.body(delivery);
    return settle(delivery, reader);
  }

  private CompletableFuture<Outcome> settle(Delivery delivery, Reader reader) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    HashValue128 identity = duplicates.identity(delivery);
    CompletableFuture<Outcome> before = duplicates.claim(identity, outcome);
    if (before == null) {
      store(delivery, reader, identity, outcome);
      return outcome;
    }
    return before.thenCompose(
        first -> {
          if (!first.repeatable()) {
            return settle(delivery, reader);
          }
          metrics.settled(delivery, first.again());
          return CompletableFuture.completedFuture(first.again());
        });
  }

  private void store(
      Delivery delivery, Reader reader, HashValue128 identity, CompletableFuture<Outcome> outcome) {
    Submission submission;
    try {
      submission = reader.read(delivery);
    } catch (Refusal e) {
      fail(identity, outcome, e);
      return;
    } catch (RuntimeException | Error e) {
      fail(identity, outcome, unexpected(e)); // a repetition must not wait for it
      return;
    }
    boolean repeatable = submission.repeatable() || delivery.idempotencyKey() != null;
    if (!repeatable) {
      duplicates.forget(identity, outcome);
    }
    Outcome stored =
        new Outcome(
            submission.frame().items(),
            submission.rejected(),
            submission.echo(),
            repeatable,
            false);
    if (stored.items() == 0) {
      succeed(delivery, outcome, stored);
      return;
    }
    Frame frame =
        repeatable
            ? Recollection.tag(submission.frame(), delivery, identity, submission.echo())
            : submission.frame();
    append(delivery, frame, identity, outcome, stored);
  }

  private void append(
      Delivery delivery,
      Frame frame,
      HashValue128 identity,
      CompletableFuture<Outcome> outcome,
      Outcome stored) {
    append(frame)
        .whenComplete(
            (sequence, failure) -> {
              if (failure == null) {
                succeedSoon(delivery, outcome, stored);
              } else {
                Refusal refusal = refusal(failure);
                metrics.refusedItems(delivery, refusal, stored.items());
                fail(identity, outcome, refusal);
              }
            });
  }

  private CompletableFuture<Long> append(Frame frame) {
    try {
      return journal.append(frame);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /** Holds senders back while the journal fills, so that it need not refuse them soon. */
  private void succeedSoon(Delivery delivery, CompletableFuture<Outcome> outcome, Outcome stored) {
    long delayMillis = SoftLimit.delayMillis(journal.fullness());
    if (delayMillis == 0) {
      succeed(delivery, outcome, stored);
    } else {
      metrics.delayed(delivery);
      CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS)
          .execute(() -> succeed(delivery, outcome, stored));
    }
  }

  private void succeed(Delivery delivery, CompletableFuture<Outcome> outcome, Outcome stored) {
    metrics.settled(delivery, stored);
    outcome.complete(stored);
  }

  private void fail(HashValue128 identity, CompletableFuture<Outcome> outcome, Refusal refusal) {
    duplicates.forget(identity, outcome);
    outcome.completeExceptionally(refusal);
  }

  /** What to tell the sender about any failure: try again, unless it is known to be of no use. */
  static Refusal refusal(Throwable failure) {
    if (failure instanceof CompletionException && failure.getCause() != null) {
      return refusal(failure.getCause());
    }
    if (failure instanceof Refusal refusal) {
      return refusal;
    }
    if (failure instanceof JournalRefusedException refused) {
      return Refusal.busy(refused);
    }
    return unexpected(failure);
  }

  private static Refusal unexpected(Throwable failure) {
    logger.warn("a request was not taken for a reason that should not happen", failure);
    return Refusal.busy("internal", "internal error");
  }
}
