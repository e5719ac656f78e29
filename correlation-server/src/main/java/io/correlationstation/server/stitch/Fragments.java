// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/** The traces held, and what each new span adds to them: a root, an exit, an answer. */
final class Fragments {

  /** What is held of a trace, of its spans, calls and keys, in bytes; measured, rounded up. */
  private static final int BYTES_PER_FRAGMENT = 700;

  private static final int BYTES_PER_SPAN = 100;
  private static final int BYTES_PER_EXIT = 100;
  private static final int BYTES_PER_KEY = 330;

  private final StitchConfig config;
  private final Keys keys;
  private final Postings postings;
  private final Vocabulary vocabulary;
  private final Losses losses;
  private final Skew skew;
  private final Carriers carriers;
  private final TraceTable fragments;

  /** Stands for all that were removed where only that they are gone matters. */
  private final Fragment gone = new Fragment(0, 0);

  private boolean newFragment;
  private @Nullable Child newChild;
  private @Nullable Exit newExit;
  private int exitCount;
  private long spanCount;
  private boolean polledSeen;

  Fragments(
      StitchConfig config,
      TraceTable fragments,
      Keys keys,
      Postings postings,
      Vocabulary vocabulary,
      Losses losses,
      Skew skew,
      Carriers carriers) {
    this.config = config;
    this.fragments = fragments;
    this.keys = keys;
    this.postings = postings;
    this.vocabulary = vocabulary;
    this.losses = losses;
    this.skew = skew;
    this.carriers = carriers;
    gone.evict();
  }

  int size() {
    return fragments.size();
  }

  int exitCount() {
    return exitCount;
  }

  /** By 32 hexadecimal digits; null when not held. */
  @Nullable Fragment find(String traceId) {
    return fragments.find(
        Long.parseUnsignedLong(traceId.substring(0, 16), 16),
        Long.parseUnsignedLong(traceId.substring(16), 16));
  }

  Fragment fragment(long high, long low) {
    int before = fragments.size();
    Fragment fragment = fragments.findOrAdd(high, low);
    newFragment = fragments.size() > before;
    return fragment;
  }

  /** Whether the trace asked for last was not held before. */
  boolean newFragment() {
    return newFragment;
  }

  /** Whether there are too many, or they are too large. */
  boolean tooMuch() {
    return fragments.size() > config.maxFragments() || bytes() > config.maxBytes();
  }

  /** About how much memory they take. */
  long bytes() {
    return (long) BYTES_PER_FRAGMENT * fragments.size()
        + BYTES_PER_SPAN * spanCount
        + (long) BYTES_PER_EXIT * exitCount
        + BYTES_PER_KEY * keys.carried();
  }

  /** How long a fragment is of use after its last span. */
  long retentionNanos() {
    long useful = config.window().toNanos() + config.finalAfter().toNanos();
    return polledSeen ? Math.max(useful, config.polledLateness().toNanos()) : useful;
  }

  /** Takes a span; null when it was known already or its trace is full. */
  @Nullable Fragment add(PendingSpan span, long tick) {
    newChild = null;
    newExit = null;
    Fragment fragment = fragment(span.traceHigh, span.traceLow);
    if (fragment.hasSpan(span.spanId)) {
      losses.count("duplicate_span");
      return null;
    }
    if (fragment.spanCount() >= config.maxSpansPerFragment()) {
      losses.count("fragment_full");
      return null;
    }
    fragment.touch(tick);
    learnService(span);
    for (KeyValue key : span.keys) {
      postings.addKey(fragment, key, null);
    }
    ChildType entry = entryType(span);
    spanCount++;
    ChildType root = span.parentId == 0 ? entry : null;
    FragmentSpans spans = root != null && fragment.isEmpty() ? null : fragment.spans();
    if (spans != null) {
      int index = spans.add(span, entry);
      relateToChildren(fragment, spans, span, index);
      relateToParent(fragment, spans, span, index);
    } else if (mayCall(span)) {
      addExit(fragment, span, exitType(span));
    } else if (root == null) {
      fragment.addSettled(span.spanId);
    }
    if (root != null) {
      addChild(fragment, span, root);
    }
    return fragment;
  }

  @Nullable Child newChild() {
    return newChild;
  }

  @Nullable Exit newExit() {
    return newExit;
  }

  private void learnService(PendingSpan span) {
    if (callsOut(span)) {
      span.service.callsOut = true;
    }
    if (span.polled) {
      span.service.polled = true;
      polledSeen = true;
    }
  }

  /**
   * From now on traces are kept until spans of polled sources may come, as if one had been seen.
   */
  void expectPolled() {
    polledSeen = true;
  }

  private static boolean callsOut(PendingSpan span) {
    return !span.database && (span.kind == ExitType.CLIENT || span.kind == ExitType.PRODUCER);
  }

  /** How the span looks to callers; null for a span that is itself a call. */
  private @Nullable ChildType entryType(PendingSpan span) {
    if (span.kind == ExitType.CLIENT || span.kind == ExitType.PRODUCER) {
      return null;
    }
    if (span.kind == ExitType.INTERNAL && span.parentId != 0) {
      return null;
    }
    return vocabulary.childType(span.service, span.name, span.kind, span.destination, span.client);
  }

  /** A span that may have called out becomes an exit, unless its own trace shows the callee. */
  private void relateToChildren(
      Fragment fragment, FragmentSpans spans, PendingSpan span, int index) {
    if (!mayCall(span)) {
      return;
    }
    ExitType type = exitType(span);
    boolean answered = false;
    boolean hasLocalChild = false;
    for (int i = spans.firstChild(span.spanId); i >= 0; i = spans.nextChild(i)) {
      boolean local = spans.service(i) == span.service;
      hasLocalChild |= local;
      answered |= !local;
      if (!local) {
        learnCall(type, span.startNanos, span.endNanos - span.startNanos, spans, i);
      }
    }
    if (answered && type.oneSlot()) {
      return;
    }
    Exit exit = addExit(fragment, span, type);
    exit.hasLocalChild = hasLocalChild;
    spans.setExit(index, exit);
  }

  private static boolean mayCall(PendingSpan span) {
    return !span.database && (callsOut(span) || !span.service.callsOut);
  }

  private ExitType exitType(PendingSpan span) {
    return vocabulary.exitType(span.service, span.name, span.kind, span.destination, span.peer);
  }

  private Exit addExit(Fragment fragment, PendingSpan span, ExitType type) {
    int own = 0;
    for (KeyValue key : span.keys) {
      own |= 1 << key.key;
    }
    Exit exit =
        new Exit(
            fragment,
            type,
            span.spanId,
            span.startNanos,
            span.endNanos,
            span.precisionMillis,
            own,
            span.carrier);
    carriers.add(exit);
    exit.next = fragment.exits;
    fragment.exits = exit;
    type.add(exit);
    postings.add(fragment, exit, span.keys);
    exitCount++;
    newExit = exit;
    return exit;
  }

  private void addChild(Fragment fragment, PendingSpan span, ChildType type) {
    Child child = child(fragment, span, type);
    child.next = fragment.children;
    fragment.children = child;
    type.seen++;
    postings.add(fragment, child);
    newChild = child;
  }

  private static Child child(Fragment fragment, PendingSpan span, ChildType type) {
    long start = span.startNanos;
    String carrier = span.carrier;
    return carrier == null
        ? new Child(fragment, type, span.spanId, start, span.endNanos, span.precisionMillis)
        : new Child.OfCarrier(
            fragment, type, span.spanId, start, span.endNanos, span.precisionMillis, carrier);
  }

  /** Marks a call whose callee arrived after it, and a span that has spans of its service. */
  private void relateToParent(Fragment fragment, FragmentSpans spans, PendingSpan span, int index) {
    int parent = span.parentId == 0 ? -1 : spans.indexOf(span.parentId);
    Exit exit = parent < 0 ? null : spans.exit(parent);
    if (exit == null) {
      return;
    }
    if (exit.type.service == span.service) {
      exit.hasLocalChild = true;
      return;
    }
    learnCall(exit.type, exit.startNanos, exit.durationNanos(), spans, index);
    exit.answer();
    if (exit.type.oneSlot()) {
      spans.setExit(parent, null);
      exit.type.remove(exit);
      postings.withdraw(fragment, exit);
    }
  }

  private void learnCall(
      ExitType caller, long start, long duration, FragmentSpans spans, int callee) {
    ChildType entry = spans.entry(callee);
    if (entry == null) {
      return;
    }
    vocabulary.edge(caller, entry).sawWhole();
    long slack = duration - spans.durationNanos(callee);
    if (slack >= 0 && entry.kind == ExitType.SERVER) {
      long delay = spans.startNanos(callee) - start;
      skew.observe(caller.service, spans.service(callee), (delay - 0.5 * slack) * 1e-9);
    }
  }

  void remove(Fragment fragment) {
    fragments.remove(fragment);
    fragment.evict();
    spanCount -= fragment.spanCount();
    for (Exit exit = fragment.exits; exit != null; exit = exit.next) {
      carriers.remove(exit);
      if (exit.type.remove(exit)) {
        exit.type.carryExposure(Learner.wholeness(exit), fragment.keyed());
      }
      exitCount--;
    }
    postings.remove(fragment);
    letGo(fragment);
  }

  /**
   * Cuts what would keep a removed trace in memory: its roots wait for their time, and its calls
   * are candidates of other roots.
   */
  private void letGo(Fragment fragment) {
    for (Child child = fragment.children; child != null; child = child.next) {
      child.fragment = gone;
    }
    Exit exit = fragment.exits;
    while (exit != null) {
      Exit next = exit.next;
      exit.next = null;
      exit = next;
    }
    fragment.exits = null;
    fragment.letGo();
  }
}
