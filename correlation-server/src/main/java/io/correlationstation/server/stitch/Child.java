// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/** The root of a fragment, looking for its parent. */
sealed class Child implements TimeOrdered.Timed, Copied {

  static final byte NOT_DUE = -1;

  Fragment fragment;
  final ChildType type;
  final long spanId;
  final long startNanos;
  final long endNanos;

  /** Of both times; saturates at 65 s. */
  final char precisionMillis;

  /** The next root of its trace. */
  @Nullable Child next;

  Candidates candidates = Candidates.NONE;

  /** Probability, at the last fit, that the story it continues is known from its beginning. */
  float whole = 1;

  /** A person has ruled on its parents. */
  boolean ruledOn;

  boolean searched;

  /** Since the last search its keys changed, or a call that it may come from got one of them. */
  boolean outdated;

  /** Its candidates are forgotten, its decision stands. */
  boolean settled;

  private @Nullable Slot settledSlot;
  private float settledMessage;

  /** For how many sweeps it rests. */
  byte rest;

  /** Among those due in which sweep it waits; {@link #NOT_DUE} when it does not. */
  byte due = NOT_DUE;

  boolean open;
  boolean learning;
  boolean decided;
  @Nullable Decision decision;

  Child(
      Fragment fragment,
      ChildType type,
      long spanId,
      long startNanos,
      long endNanos,
      char precisionMillis) {
    this.fragment = fragment;
    this.type = type;
    this.spanId = spanId;
    this.startNanos = startNanos;
    this.endNanos = endNanos;
    this.precisionMillis = precisionMillis;
  }

  /** What it took up, such as the id of a message; null when it does not say. */
  @Nullable String carrier() {
    return null;
  }

  @Override
  public void copyTo(FieldSink out) {
    out.reference(candidates);
    out.put(decided);
    out.reference(decision);
    out.put(due);
    out.put(endNanos);
    out.reference(fragment);
    out.put(learning);
    out.reference(next);
    out.put(open);
    out.put(outdated);
    out.put(precisionMillis);
    out.put(rest);
    out.put(ruledOn);
    out.put(searched);
    out.put(settled);
    out.put(settledMessage);
    out.reference(settledSlot);
    out.put(spanId);
    out.put(startNanos);
    out.reference(type);
    out.put(whole);
  }

  /** A number of its own would cost each root eight bytes. */
  @Override
  public int hash() {
    return Long.hashCode((spanId ^ startNanos) * 0x9E3779B97F4A7C15L);
  }

  @Override
  public long timeNanos() {
    return startNanos;
  }

  long durationNanos() {
    return endNanos - startNanos;
  }

  /**
   * Takes what a search found.
   *
   * @param fits the fit by which it went
   */
  void searched(Candidates found, int fits) {
    searched = true;
    settled = false;
    candidates = found;
    outdated = false;
    found.fit = fits;
  }

  /**
   * Whether a search would hardly find what the last one did not: calls that came later under its
   * keys are offered, and none from before came under them. Who names what it took up is searched
   * for again, as who handed it over may have come without a key.
   *
   * @param restlessFit the last fit that may have found what a search before it left out
   */
  boolean stillSearched(int restlessFit) {
    return searched && !settled && !outdated && candidates.fit >= restlessFit && carrier() == null;
  }

  boolean sure(double confidence) {
    return decision != null && decision.confidence() >= confidence;
  }

  /** Withdraws its messages and forgets its candidates. */
  void clearCandidates() {
    candidates.withdraw(this);
    candidates = Candidates.NONE;
    if (settledSlot != null) {
      settledSlot.add(-settledMessage);
      settledSlot = null;
    }
    searched = false;
  }

  /**
   * Forgets its candidates. For a child that is decided and no longer learnt from; new evidence
   * makes it search again. What it told their places stays there, or those decided after it would
   * take for certain what it left to them only by being decided. It remembers the place it wants
   * most, to take that back; of the others it does not know by then what was its own.
   */
  void settle() {
    Candidates all = candidates;
    int most = -1;
    for (int i = 0; i < all.count; i++) {
      if (most < 0 || all.message[i] > all.message[most]) {
        most = i;
      }
    }
    for (int i = 0; i < all.count; i++) {
      all.slots[i].leave(this);
    }
    if (most >= 0) {
      settledSlot = all.slots[most];
      settledMessage = (float) all.message[most];
    }
    candidates = Candidates.NONE;
    settled = true;
  }

  /** One that says what it took up: few do. */
  static final class OfCarrier extends Child {

    private final String carrier;

    OfCarrier(
        Fragment fragment,
        ChildType type,
        long spanId,
        long startNanos,
        long endNanos,
        char precisionMillis,
        String carrier) {
      super(fragment, type, spanId, startNanos, endNanos, precisionMillis);
      this.carrier = carrier;
    }

    @Override
    public void copyTo(FieldSink out) {
      super.copyTo(out);
      out.reference(carrier);
    }

    @Override
    String carrier() {
      return carrier;
    }
  }

  /** What was last told to the sink. */
  record Decision(Exit exit, double confidence) {}
}
