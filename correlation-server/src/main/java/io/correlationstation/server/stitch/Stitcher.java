// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Joins traces that belong together though no context travelled between them.
 *
 * <p>Feed it spans with {@link #accept} and key sightings with {@link #sight}, in any order within
 * the configured lateness; it hands decisions to its {@link HandoffSink} as event time passes.
 * Event time follows the newest pushed span; {@link #advanceTo} moves it when sources are idle.
 *
 * <p>Not thread-safe: one instance per shard, one thread at a time. It does no I/O and reads no
 * clock: the same input gives the same decisions, whatever its order within the lateness bound, its
 * duplicates and its batches. To that end spans wait until event time has passed their end and are
 * then taken in a canonical order, one second (a tick) at a time.
 */
public final class Stitcher {

  static final long TICK_NANOS = 1_000_000_000;

  /** The last second that was done, before there was one. */
  static final long NEVER = Long.MIN_VALUE;

  /** Confidence from which on both ends of a link share their keys. */
  private static final double SHARE_AT = 0.95;

  private final StitchConfig config;
  private final EventClock clock;
  private final Losses losses = new Losses();
  private final Keys keys;
  private final Carriers carriers = new Carriers();
  private final Vocabulary vocabulary;
  private final Postings postings;
  private final ReadAhead ahead;
  private final Fragments fragments;
  private final CandidateSearch search;
  private final Matcher matcher;
  private final Learner learner;
  private final Decisions decisions;
  private final Aliases aliases;
  private final Skew skew = new Skew();
  private final Verdicts verdicts = new Verdicts(losses);
  private final Agenda agenda = new Agenda();
  private final Intake intake;

  private long doneTick = NEVER;

  private Stitcher(StitchConfig config, HandoffSink sink) {
    this.config = config;
    clock = new EventClock(config.lateness().toNanos());
    keys = new Keys(config.keys());
    vocabulary = new Vocabulary(config.topology(), config.maxBytes(), losses);
    TraceTable traces = new TraceTable();
    ahead = new ReadAhead(traces);
    matcher = new Matcher(skew, ahead);
    search = new CandidateSearch(config, keys, vocabulary, verdicts, carriers, skew);
    learner = new Learner(config, vocabulary, matcher, skew, search);
    decisions = new Decisions(config, keys, verdicts, requireNonNull(sink, "sink"));
    postings = new Postings(config, keys, losses);
    fragments = new Fragments(config, traces, keys, postings, vocabulary, losses, skew, carriers);
    aliases = new Aliases(keys, postings, losses, config.maxBytes());
    intake = new Intake(config, clock, keys, vocabulary, agenda, losses);
  }

  /** A stitcher with nothing learnt. */
  public static Stitcher create(StitchConfig config, HandoffSink sink) {
    return new Stitcher(config, sink);
  }

  /**
   * Whether a span's end lies so far after the receive time that it moves nobody's event time: the
   * clock of its host is ahead.
   */
  public static boolean isAhead(long endNanos, long receivedNanos) {
    return EventClock.isAhead(endNanos, receivedNanos);
  }

  /** Takes one span. Spans with zero ids or times, and observers' spans, are counted and left. */
  public void accept(SpanFacts span) {
    if (intake.take(span, doneTick)) {
      processDue();
      hurry();
    }
  }

  /**
   * Learns keys of a trace, and aliases, from a record that is not a span. One without time is
   * counted and left.
   */
  public void sight(KeySighting sighting) {
    intake.take(sighting, doneTick);
    hurry();
  }

  /** What would wait longer than memory lasts is taken before its time. */
  private void hurry() {
    if (intake.isFull()) {
      losses.count("waiting_capacity");
    }
    while (intake.isFull()) {
      process(agenda.first());
    }
  }

  /**
   * Sources are polled: traces are kept from now on until the spans of those may come. Without it
   * that begins with the first such span, when its caller may have been let go already.
   */
  public void expectPolled() {
    fragments.expectPolled();
  }

  /**
   * A person's verdict; it holds for decisions already made and for those to come. Decisions whose
   * fragments are no longer held stay as they were told: whoever passes the verdict on tells them.
   */
  public void verdict(Verdict verdict) {
    verdicts.add(verdict);
    Fragment fragment = fragments.find(verdict.childTraceId());
    if (fragment == null) {
      return;
    }
    for (Child child = fragment.children; child != null; child = child.next) {
      if (Ids.span(child.spanId).equals(verdict.childSpanId())) {
        child.ruledOn = true;
        if (child.searched) {
          research(child);
        }
      }
    }
  }

  /**
   * Forgets an alias, for good; fragments that only it joined are decided anew.
   *
   * @return whether it was known
   */
  public boolean retract(Ruling.OnAlias alias) {
    int oneKey = keys.index(alias.key());
    int otherKey = keys.index(alias.otherKey());
    if (oneKey < 0 || otherKey < 0) {
      return false;
    }
    KeyValue one = keys.intern(oneKey, alias.value());
    KeyValue other = keys.intern(otherKey, alias.otherValue());
    if (one == null || other == null) {
      return false;
    }
    boolean known = aliases.of(one).stream().anyMatch(a -> a.otherValue().equals(other.value));
    for (Child child : aliases.retract(one, other)) {
      if (child.searched) {
        research(child);
      }
    }
    keys.release(one);
    keys.release(other);
    return known;
  }

  private void research(Child child) {
    search.search(child, learner.fits());
    matcher.open(child);
    matcher.sweep();
    decide(child, child.decided);
    if (child.decided) {
      close(child);
    }
  }

  private void close(Child child) {
    matcher.close(child);
    if (!child.learning) {
      child.settle();
    }
    child.fragment.settle();
  }

  /** Values known to belong to this one, newest first. */
  public List<Alias> aliases(String key, String value) {
    KeyValue known = find(key, value);
    return known == null ? List.of() : aliases.of(known);
  }

  private @Nullable KeyValue find(String key, String value) {
    int index = keys.index(key);
    return index < 0 ? null : keys.find(index, value);
  }

  /** Service edges seen, learnt and configured. */
  public List<EdgeStatistics> topology() {
    return vocabulary.topology();
  }

  public StitchStatistics statistics() {
    return new StitchStatistics(
        intake.spans(),
        fragments.size(),
        matcher.openCount(),
        fragments.exitCount(),
        aliases.count(),
        clock.started() ? clock.watermark() : 0,
        clock.holdNanos(),
        losses.counts(),
        decisions.counts(),
        vocabulary.clocks(),
        search.vetoes(),
        keys.quarantined(),
        keys.cardinalities(),
        learner.fits());
  }

  static long tickOf(long nanos) {
    return Math.floorDiv(nanos, TICK_NANOS);
  }

  /**
   * Promises that pushed spans which ended before this time have all been accepted, and decides
   * what is due by then.
   */
  public void advanceTo(long eventTimeNanos) {
    clock.advanceTo(eventTimeNanos);
    processDue();
  }

  /** How long event time waits for sources that lag, beyond the allowed lateness. */
  public long holdNanos() {
    return clock.holdNanos();
  }

  /** Decides everything that is open, as if event time had passed. For the end of a file. */
  public void flush() {
    while (!agenda.isEmpty()) {
      process(agenda.first());
    }
  }

  private void processDue() {
    if (clock.started()) {
      process(tickOf(clock.watermark()) - 1);
    }
  }

  private void process(long lastTick) {
    if (lastTick <= doneTick) {
      return;
    }
    while (!agenda.isEmpty() && agenda.first() <= lastTick) {
      Agenda.Tick next = agenda.takeFirst();
      doneTick = Math.max(doneTick, next.number);
      run(next);
    }
    doneTick = Math.max(doneTick, lastTick);
  }

  /** One second of event time: take what ended in it, search, match, decide, forget. */
  private void run(Agenda.Tick tick) {
    long now = (tick.number + 1) * TICK_NANOS;
    aliases.expire(now);
    admit(tick, now);
    for (Child child : ahead.toSearch(tick.search)) {
      if (!child.fragment.evicted()) {
        learner.add(child);
        search.search(child, learner.fits());
        matcher.open(child);
      }
    }
    if (learner.due(now)) {
      learner.fit(now);
      decisions.fitted(learner.fits());
    }
    matcher.sweep();
    for (Child child : tick.search) {
      if (!child.fragment.evicted()) {
        decide(child, false);
      }
    }
    for (Child child : ahead.toDecide(tick.decide)) {
      if (!child.fragment.evicted()) {
        if (!child.sure(config.acceptAt()) && !child.stillSearched(learner.restlessFit())) {
          search.search(child, learner.fits());
          matcher.open(child);
        }
        decide(child, true);
        close(child);
      }
    }
    evict(tick, now);
  }

  private void decide(Child child, boolean last) {
    Child.Decision before = child.decision;
    decisions.decide(child, last);
    Child.Decision after = child.decision;
    Fragment gone = before == null ? null : before.exit().fragment;
    Fragment now = after == null || after.confidence() < SHARE_AT ? null : after.exit().fragment;
    if (gone != null && gone != now) {
      postings.unshare(child, gone);
    }
    if (now != null && learner.fits() > 0) {
      postings.share(child, now);
    }
  }

  private void admit(Agenda.Tick tick, long now) {
    tick.spans.sort(PendingSpan.ORDER);
    intake.taken(tick);
    admitSightings(tick, now);
    for (PendingSpan span : ahead.toAdmit(tick.spans)) {
      Fragment fragment = fragments.add(span, tick.number);
      for (KeyValue key : span.keys) {
        keys.release(key);
      }
      if (fragment == null) {
        continue;
      }
      aliases.learn(span.keys, Math.min(span.endNanos, now), span.service.name);
      aliases.derive(fragment);
      Child child = fragments.newChild();
      if (child != null) {
        child.ruledOn = verdicts.concern(child);
        schedule(child, tick);
      }
      Exit exit = fragments.newExit();
      if (exit != null && now - exit.startNanos > config.provisionalAfter().toNanos()) {
        offer(exit, tick);
      }
      if (fragments.newFragment()) {
        keep(fragment, now);
      }
    }
  }

  private void admitSightings(Agenda.Tick tick, long now) {
    tick.sightings.sort(PendingSighting.ORDER);
    for (PendingSighting sighting : tick.sightings) {
      aliases.learn(sighting.keys, Math.min(sighting.timeNanos, now), sighting.source);
      if (sighting.traceHigh != 0 || sighting.traceLow != 0) {
        Fragment fragment = fragments.fragment(sighting.traceHigh, sighting.traceLow);
        for (KeyValue key : sighting.keys) {
          postings.addKey(fragment, key, null);
        }
        aliases.derive(fragment);
        if (fragments.newFragment()) {
          fragment.touch(tick.number);
          keep(fragment, now);
        }
      }
      for (KeyValue key : sighting.keys) {
        keys.release(key);
      }
    }
  }

  /** A late exit may change the mind of children already searched, decided ones too. */
  private void offer(Exit exit, Agenda.Tick tick) {
    for (Child child : search.offer(exit, learner.fits())) {
      boolean closed = !child.open;
      matcher.weigh(child);
      matcher.open(child);
      if (closed) {
        tick.decide.add(child);
      }
    }
  }

  /** A root whose clock is so far ahead that nothing held can have called it is not looked at. */
  private void schedule(Child child, Agenda.Tick tick) {
    if (tickOf(child.startNanos) > tick.number + Intake.MAX_TICKS_AHEAD) {
      losses.count("future_root");
      return;
    }
    long provisional = tickOf(child.startNanos + config.provisionalAfter().toNanos());
    (provisional <= tick.number ? tick : agenda.at(provisional)).search.add(child);
    long known = tick.number + config.provisionalAfter().toSeconds();
    long last = tickOf(child.startNanos + config.finalAfter().toNanos());
    agenda.at(Math.max(known, last)).decide.add(child);
  }

  private void keep(Fragment fragment, long fromNanos) {
    agenda.keep(fragment, tickOf(fromNanos + fragments.retentionNanos()));
  }

  private void evict(Agenda.Tick tick, long now) {
    for (Fragment due : ahead.toForget(tick.due())) {
      long touched = (due.touched(tick.number) + 1) * TICK_NANOS;
      if (touched + fragments.retentionNanos() > now) {
        keep(due, touched + TICK_NANOS);
      } else {
        forget(due);
      }
    }
    while (fragments.tooMuch()) {
      Fragment surplus = agenda.takeFirstDue();
      if (surplus == null) {
        return;
      }
      losses.count("evicted_capacity");
      forget(surplus);
    }
  }

  private void forget(Fragment fragment) {
    for (Child child = fragment.children; child != null; child = child.next) {
      matcher.close(child);
      learner.retire(child);
      if (!child.settled) {
        child.settle();
      }
    }
    fragments.remove(fragment);
  }
}
