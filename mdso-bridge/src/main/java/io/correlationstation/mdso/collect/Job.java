// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import io.correlationstation.mdso.JobView;
import io.correlationstation.mdso.ProductType;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One collection of one product type, from the queue to its end. Thread-safe. */
public final class Job {

  /** Where a job stands. */
  public enum Status {
    QUEUED,
    RUNNING,
    SUCCEEDED,
    PARTIAL,
    FAILED;

    boolean isOver() {
      return this != QUEUED && this != RUNNING;
    }
  }

  private final String id;
  private final ProductType type;
  private final @Nullable Duration range;
  private final @Nullable String rangeText;
  private final Tally tally = new Tally();
  private Status status = Status.QUEUED;
  private @Nullable Instant startedAt;
  private @Nullable Instant endedAt;

  Job(String id, ProductType type, @Nullable Duration range, @Nullable String rangeText) {
    this.id = id;
    this.type = type;
    this.range = range;
    this.rangeText = rangeText;
  }

  public String id() {
    return id;
  }

  ProductType type() {
    return type;
  }

  @Nullable Duration range() {
    return range;
  }

  @Nullable String rangeText() {
    return rangeText;
  }

  Tally tally() {
    return tally;
  }

  synchronized boolean isOver() {
    return status.isOver();
  }

  synchronized void started(Instant now) {
    status = Status.RUNNING;
    startedAt = now;
  }

  synchronized void ended(Status outcome, Instant now) {
    status = outcome;
    endedAt = now;
  }

  /** The job as the API shows it. */
  public synchronized JobView view() {
    return new JobView(
        id,
        type.name(),
        rangeText,
        status.name().toLowerCase(Locale.ROOT),
        startedAt == null ? null : startedAt.toString(),
        endedAt == null ? null : endedAt.toString(),
        tally.counts(),
        tally.errors());
  }
}
