// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import org.jspecify.annotations.Nullable;

/**
 * What is found by key: the exits and roots of all traces with a value. A trace's keys apply to all
 * of it, so each key that comes later, by an alias or by a link, changes what is found by it.
 *
 * <p>Bounded for each value; what came first leaves first, counted.
 */
final class Postings {

  /** So many roots are looked at when a trace with calls comes late under a hot key. */
  private static final int MAX_OUTDATED = 1024;

  private final int maxPerKey;
  private final long windowNanos;
  private final Keys keys;
  private final Losses losses;

  Postings(StitchConfig config, Keys keys, Losses losses) {
    maxPerKey = config.maxPostingsPerKey();
    windowNanos = config.window().toNanos();
    this.keys = keys;
    this.losses = losses;
  }

  /** A call of that trace, found by its own keys and by those of the trace that it has not. */
  void add(Fragment fragment, Exit exit, KeyValue[] own) {
    for (KeyValue key : own) {
      post(key, exit);
    }
    for (KeyValue key : fragment.keys()) {
      if ((exit.ownKeys & 1 << key.key) == 0) {
        post(key, exit);
      }
    }
  }

  /** A root of that trace. */
  void add(Fragment fragment, Child child) {
    for (KeyValue key : fragment.keys()) {
      post(key, child);
    }
  }

  /** Adds a key to a trace and to everything of it that is found by key. */
  void addKey(Fragment fragment, KeyValue value, @Nullable Object by) {
    if (!fragment.addKey(value, by)) {
      return;
    }
    keys.carriedBy(value, 1);
    regroup(fragment);
    for (Exit exit = fragment.exits; exit != null; exit = exit.next) {
      if ((exit.ownKeys & 1 << value.key) == 0) {
        post(value, exit);
      }
    }
    outdate(value, fragment);
    for (Child child = fragment.children; child != null; child = child.next) {
      post(value, child);
      child.outdated = true;
    }
  }

  /** Roots that were searched for and may come from calls of a trace that came late under a key. */
  private void outdate(KeyValue key, Fragment late) {
    if (!keys.spec(key.key).strong() || key.quarantined) {
      return;
    }
    long earliest = Long.MAX_VALUE;
    long latest = Long.MIN_VALUE;
    for (Exit exit = late.exits; exit != null; exit = exit.next) {
      if (exit.usable()) {
        earliest = Math.min(earliest, exit.startNanos);
        latest = Math.max(latest, exit.startNanos);
      }
    }
    if (earliest > latest) {
      return;
    }
    int first = key.children.firstAtOrAfter(earliest - Timing.ADRIFT_NANOS);
    int end = Math.min(key.children.size(), first + MAX_OUTDATED);
    for (int i = first; i < end; i++) {
      Child child = key.children.get(i);
      if (child.startNanos > latest + windowNanos) {
        return;
      }
      if (child.searched && !child.outdated) {
        child.outdated = child.ruledOn || mayComeFrom(child, late);
      }
    }
  }

  private static boolean mayComeFrom(Child child, Fragment caller) {
    Exit exit = caller.exits;
    while (exit != null && !child.type.mayComeFrom(exit.type)) {
      exit = exit.next;
    }
    return exit != null;
  }

  private void post(KeyValue key, Exit exit) {
    if (!keys.spec(key.key).strong() || exit.closed) {
      return;
    }
    key.exits.add(exit);
    if (key.exits.size() > maxPerKey) {
      key.exits.removeFirst();
      losses.count("evicted_hot_key");
    }
  }

  private void post(KeyValue key, Child child) {
    if (!keys.spec(key.key).strong()) {
      return;
    }
    key.children.add(child);
    if (key.children.size() > maxPerKey) {
      key.children.removeFirst();
      losses.count("evicted_hot_key_root");
    }
  }

  /** Takes out a call whose callee was found in its own trace. */
  void withdraw(Fragment fragment, Exit exit) {
    for (KeyValue key : fragment.keys()) {
      key.exits.remove(exit);
    }
  }

  /** Takes a trace out that is no longer held. */
  void remove(Fragment fragment) {
    for (KeyValue key : fragment.keys()) {
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
    if (heir.evicted()) {
      return;
    }
    for (KeyValue key : from.keys()) {
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
    if (heir.evicted()) {
      return;
    }
    for (KeyValue key = heir.removeDerived(link); key != null; key = heir.removeDerived(link)) {
      unpost(heir, key);
    }
  }

  /** Moves its exits to where traces with its present keys are found. */
  private void regroup(Fragment fragment) {
    int now = 0;
    for (KeyValue key : fragment.keys()) {
      now |= key.quarantined ? 0 : (1 << key.key) & keys.strongKeys();
    }
    if (now == fragment.strongKeys) {
      return;
    }
    int before = fragment.strongKeys;
    for (Exit exit = fragment.exits; exit != null; exit = exit.next) {
      fragment.strongKeys = before;
      boolean held = exit.type.remove(exit);
      fragment.strongKeys = now;
      if (held) {
        exit.type.add(exit);
      }
    }
    fragment.strongKeys = now;
  }

  /** Takes a trace out of what is found by this key. */
  void unpost(Fragment fragment, KeyValue key) {
    keys.carriedBy(key, -1);
    if (!fragment.evicted()) {
      regroup(fragment);
    }
    for (Exit exit = fragment.exits; exit != null; exit = exit.next) {
      key.exits.remove(exit);
    }
    for (Child child = fragment.children; child != null; child = child.next) {
      key.children.remove(child);
      child.outdated = true;
    }
  }
}
