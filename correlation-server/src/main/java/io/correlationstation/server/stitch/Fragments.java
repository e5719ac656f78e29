// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The traces held, and what each new span adds to them: a root, an exit, keys, an answer. */
final class Fragments {

  private record TraceId(long high, long low) {}

  private final StitchConfig config;
  private final Keys keys;
  private final Vocabulary vocabulary;
  private final Losses losses;
  private final Skew skew;
  private final Map<TraceId, Fragment> fragments = new LinkedHashMap<>();
  private @Nullable Child newChild;
  private @Nullable Exit newExit;
  private int exitCount;
  private boolean polledSeen;

  Fragments(StitchConfig config, Keys keys, Vocabulary vocabulary, Losses losses, Skew skew) {
    this.config = config;
    this.keys = keys;
    this.vocabulary = vocabulary;
    this.losses = losses;
    this.skew = skew;
  }

  int size() {
    return fragments.size();
  }

  int exitCount() {
    return exitCount;
  }

  /** By 32 hexadecimal digits; null when not held. */
  @Nullable Fragment find(String traceId) {
    return fragments.get(
        new TraceId(
            Long.parseUnsignedLong(traceId.substring(0, 16), 16),
            Long.parseUnsignedLong(traceId.substring(16), 16)));
  }

  Fragment fragment(long high, long low) {
    return fragments.computeIfAbsent(new TraceId(high, low), id -> new Fragment(id.high, id.low));
  }

  /** The one held longest when there are too many, else null. */
  @Nullable Fragment surplus() {
    return fragments.size() > config.maxFragments() ? fragments.values().iterator().next() : null;
  }

  /** How long a fragment is of use after its last span. */
  long retentionNanos() {
    long useful = config.window().toNanos() + config.finalAfter().toNanos();
    return polledSeen ? Math.max(useful, config.polledLateness().toNanos()) : useful;
  }

  /** Takes a span; null when it was known already or its trace is full. */
  @Nullable Fragment add(PendingSpan span, long now) {
    newChild = null;
    newExit = null;
    Fragment fragment = fragment(span.traceHigh, span.traceLow);
    if (fragment.indexOf(span.spanId) >= 0) {
      losses.count("duplicate_span");
      return null;
    }
    if (fragment.spanCount >= config.maxSpansPerFragment()) {
      losses.count("fragment_full");
      return null;
    }
    fragment.touchedNanos = now;
    learnService(span);
    for (KeyValue key : span.keys) {
      addKey(fragment, key, null);
    }
    ChildType entry = entryType(span);
    int index = fragment.addSpan(span, entry);
    addExit(fragment, span);
    relate(fragment, index);
    if (span.parentId == 0 && entry != null) {
      addChild(fragment, span, entry, now);
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

  private void addExit(Fragment fragment, PendingSpan span) {
    if (span.database || (!callsOut(span) && span.service.callsOut)) {
      return;
    }
    ExitType type =
        vocabulary.exitType(span.service, span.name, span.kind, span.destination, span.peer);
    int own = 0;
    for (KeyValue key : span.keys) {
      own |= 1 << key.key;
    }
    Exit exit =
        new Exit(
            fragment, type, span.spanId, span.startNanos, span.endNanos, span.precisionMillis, own);
    fragment.exits.add(exit);
    type.exits.add(exit);
    for (KeyValue key : fragment.keys) {
      post(key, exit);
    }
    exitCount++;
    newExit = exit;
  }

  private void post(KeyValue key, Exit exit) {
    if (!keys.spec(key.key).strong()) {
      return;
    }
    key.exits.add(exit);
    if (key.exits.size() > config.maxPostingsPerKey()) {
      key.exits.removeFirst();
      losses.count("evicted_hot_key");
    }
  }

  private void addChild(Fragment fragment, PendingSpan span, ChildType type, long now) {
    Child child =
        new Child(
            fragment, type, span.spanId, span.startNanos, span.endNanos, span.precisionMillis, now);
    fragment.children.add(child);
    type.seen++;
    for (KeyValue key : fragment.keys) {
      postChild(key, child);
    }
    newChild = child;
  }

  private void postChild(KeyValue key, Child child) {
    if (!keys.spec(key.key).strong()) {
      return;
    }
    key.children.add(child);
    if (key.children.size() > config.maxPostingsPerKey()) {
      key.children.removeFirst();
    }
  }

  /** Adds a key to a trace and to everything of it that is found by key. */
  void addKey(Fragment fragment, KeyValue value, @Nullable Object by) {
    if (!fragment.addKey(value, by)) {
      return;
    }
    keys.carriedBy(value, 1);
    for (Exit exit : fragment.exits) {
      post(value, exit);
    }
    for (Child child : fragment.children) {
      postChild(value, child);
    }
  }

  /** Marks calls whose callee is in the same trace, and spans with local children. */
  private void relate(Fragment fragment, int index) {
    long id = fragment.spanIds[index];
    long parent = fragment.parentIds[index];
    for (int i = 0; i < fragment.spanCount; i++) {
      if (fragment.spanIds[i] == parent) {
        relate(fragment, i, index);
      } else if (fragment.parentIds[i] == id) {
        relate(fragment, index, i);
      }
    }
  }

  private void relate(Fragment fragment, int parent, int child) {
    Exit exit = fragment.exit(fragment.spanIds[parent]);
    if (exit == null) {
      return;
    }
    if (fragment.services[parent] == fragment.services[child]) {
      exit.hasLocalChild = true;
      return;
    }
    if (!exit.answered && exit.type.oneSlot()) {
      exit.type.exits.remove(exit);
    }
    exit.answered = true;
    ChildType entry = fragment.entries[child];
    if (entry != null) {
      vocabulary.edge(exit.type, entry).intact++;
    }
    long slack = exit.durationNanos() - (fragment.endNanos[child] - fragment.startNanos[child]);
    if (slack >= 0 && entry != null && entry.kind == ExitType.SERVER) {
      long delay = fragment.startNanos[child] - exit.startNanos;
      skew.observe(exit.type.service, fragment.services[child], (delay - 0.5 * slack) * 1e-9);
    }
  }

  void remove(Fragment fragment) {
    fragments.remove(new TraceId(fragment.traceHigh, fragment.traceLow));
    fragment.evicted = true;
    for (Exit exit : fragment.exits) {
      if (exit.type.exits.remove(exit)) {
        exit.type.carriedExposure += Learner.wholeness(exit);
      }
    }
    exitCount -= fragment.exits.size();
    for (KeyValue key : fragment.keys) {
      unpost(fragment, key);
      keys.forgetIfIdle(key);
    }
  }

  /** Lets both ends of a link share the strong keys that only one of them carries. */
  void share(Child child, Fragment parent) {
    inherit(parent, child.fragment, child);
    inherit(child.fragment, parent, child);
  }

  private void inherit(Fragment heir, Fragment from, Child link) {
    for (KeyValue key : from.keys.clone()) {
      if (keys.spec(key.key).strong() && !key.quarantined && !heir.hasKey(key.key)) {
        addKey(heir, key, link);
      }
    }
  }

  /** Takes back what {@link #share} gave. */
  void unshare(Child child, Fragment parent) {
    disinherit(parent, child);
    disinherit(child.fragment, child);
  }

  private void disinherit(Fragment heir, Child link) {
    for (KeyValue key = heir.removeDerived(link); key != null; key = heir.removeDerived(link)) {
      unpost(heir, key);
    }
  }

  /** Takes a trace out of what is found by this key. */
  void unpost(Fragment fragment, KeyValue key) {
    keys.carriedBy(key, -1);
    for (Exit exit : fragment.exits) {
      key.exits.remove(exit);
    }
    for (Child child : fragment.children) {
      key.children.remove(child);
    }
  }
}
