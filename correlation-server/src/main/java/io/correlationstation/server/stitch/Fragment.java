// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What arrived under one trace id. */
final class Fragment implements Copied {

  private static final long[] NO_IDS = {};
  private static final int EVICTED = -1;

  final long traceHigh;
  final long traceLow;
  KeySet keySet = KeySet.EMPTY;

  /** A bit for each strong key it carries, unless all its values are quarantined. */
  int strongKeys;

  /** Spans that may have called out, and roots, each the newest of a list. */
  @Nullable Exit exits;

  @Nullable Child children;

  /**
   * Null while it has no span but a root, then {@link FragmentSpans} until it is settled, then
   * {@code long[]}: ids of the spans that are neither roots nor may have called out.
   */
  @Part private @Nullable Object spans;

  /** What is wanted of all its spans together that show no calls, by child type. */
  private @Nullable SlotOfType slots;

  /** The last second in which a span of it was taken, its low bits; once it is evicted, that. */
  private int touched;

  /** By which a saved state that is being written refers to it. */
  private transient int number;

  Fragment(long traceHigh, long traceLow) {
    this.traceHigh = traceHigh;
    this.traceLow = traceLow;
  }

  @Override
  public void copyTo(FieldSink out) {
    out.reference(children);
    out.reference(exits);
    out.reference(keySet);
    out.reference(slots);
    out.part(spans);
    out.put(strongKeys);
    out.put(touched);
    out.put(traceHigh);
    out.put(traceLow);
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public boolean number(int given) {
    number = given;
    return true;
  }

  KeyValue[] keys() {
    return keySet.values;
  }

  /** Adds a key; false when it was known. A key seen on the trace itself replaces a derived one. */
  boolean addKey(KeyValue value, @Nullable Object by) {
    int known = keySet.indexOf(value);
    if (known < 0) {
      keySet = keySet.with(value, by);
    } else if (by == null) {
      keySet = keySet.seen(known);
    }
    return known < 0;
  }

  /** Reads what hangs on it; what that is, is of no interest. */
  int readAhead() {
    return (exits == null ? 0 : exits.ownKeys)
        + (children == null ? 0 : children.rest)
        + (spans instanceof FragmentSpans tree ? tree.readAhead() : 0);
  }

  boolean isEmpty() {
    return spans == null && children == null;
  }

  /** Its spans as they lie under one another; null once settled. */
  @Nullable FragmentSpans spans() {
    if (spans == null) {
      FragmentSpans tree = new FragmentSpans();
      if (children != null) {
        tree.add(children, exits);
      }
      spans = tree;
    }
    return spans instanceof FragmentSpans tree ? tree : null;
  }

  int spanCount() {
    if (spans instanceof FragmentSpans tree) {
      return tree.count();
    }
    int count = others().length;
    for (Exit exit = exits; exit != null; exit = exit.next) {
      count++;
    }
    for (Child child = children; child != null; child = child.next) {
      count += exit(child.spanId) == null ? 1 : 0;
    }
    return count;
  }

  private @Nullable Exit exit(long id) {
    Exit exit = exits;
    while (exit != null && exit.spanId != id) {
      exit = exit.next;
    }
    return exit;
  }

  private boolean hasEnd(long id) {
    Child child = children;
    while (child != null && child.spanId != id) {
      child = child.next;
    }
    return child != null || exit(id) != null;
  }

  private long[] others() {
    return spans == null ? NO_IDS : (long[]) spans;
  }

  boolean hasSpan(long id) {
    if (spans instanceof FragmentSpans tree) {
      return tree.indexOf(id) >= 0;
    }
    for (long known : others()) {
      if (known == id) {
        return true;
      }
    }
    return hasEnd(id);
  }

  /** A span that came after the trace was settled and is neither a root nor may have called. */
  void addSettled(long id) {
    long[] before = others();
    long[] ids = Arrays.copyOf(before, before.length + 1);
    ids[before.length] = id;
    spans = ids;
  }

  /**
   * Forgets all of its spans but their ids, by which one that comes again is known; its roots and
   * what may have called out have theirs. A span that comes later still is no longer related to
   * these. Large traces stay as they are.
   */
  void settle() {
    if (spans == null) {
      spans = NO_IDS;
    } else if (spans instanceof FragmentSpans tree && !tree.large()) {
      long[] others = new long[tree.count()];
      int count = 0;
      for (int i = 0; i < tree.count(); i++) {
        if (!hasEnd(tree.id(i))) {
          others[count++] = tree.id(i);
        }
      }
      spans = count == 0 ? NO_IDS : Arrays.copyOf(others, count);
    }
  }

  /** Forgets its spans altogether. */
  void letGo() {
    spans = NO_IDS;
  }

  /** A span was taken in this second. */
  void touch(long tick) {
    touched = (int) tick & Integer.MAX_VALUE;
  }

  /** The last second in which a span was taken, at most 34 years before or after another. */
  long touched(long near) {
    return near + ((touched - (int) near) << 1 >> 1);
  }

  /** It is no longer held. */
  void evict() {
    touched = EVICTED;
  }

  boolean evicted() {
    return touched == EVICTED;
  }

  Slot slot(ChildType child) {
    SlotOfType slot = SlotOfType.find(slots, child);
    if (slot == null) {
      slot = new SlotOfType(child, slots, null);
      slots = slot;
    }
    return slot;
  }

  /** Whether it carries a key by which a parent or a child could be told. */
  boolean keyed() {
    return strongKeys != 0;
  }

  boolean hasKey(int key) {
    return keySet.hasKey(key);
  }

  /** A key of this origin, taken out again; null when there is none. */
  @Nullable KeyValue removeDerived(Object origin) {
    int index = keySet.derivedBy(origin);
    if (index < 0) {
      return null;
    }
    KeyValue removed = keySet.values[index];
    keySet = keySet.without(index);
    return removed;
  }
}
