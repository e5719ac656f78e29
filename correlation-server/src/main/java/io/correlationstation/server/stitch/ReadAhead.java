// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Reads what a loop over many traces is about to look at, a group at a time, so that the processor
 * waits for memory once for the group and not once for each object.
 *
 * <p>A trace that was last looked at seconds ago is in no cache when a hundred thousand are held,
 * and what hangs on it is found one object after the other. Each pass here goes one or two objects
 * further for all of the group; its reads do not wait for one another, so they are under way
 * together. It changes nothing, and is left out while what is held fits into caches. Source: group
 * prefetching of Chen, Ailamaki, Gibbons and Mowry, "Improving hash join performance through
 * prefetching" (ICDE 2004), by reads, for want of an instruction in Java.
 */
final class ReadAhead {

  private static final int GROUP = 32;

  /** Of what a key leads to, the newest are read: searches begin there. */
  private static final int NEAR = 8;

  /** Traces that, with all that hangs on them, fit into a second-level cache or nearly so. */
  private static final int CACHED = 16_384;

  private final TraceTable traces;

  /** Made of all that was read, or compilers would leave the reading out. */
  private transient int read;

  ReadAhead(TraceTable traces) {
    this.traces = traces;
  }

  /** Reads what the items of one group lead to. */
  private interface Pass<T> {
    void read(List<T> group);
  }

  private <T> Iterable<T> grouped(List<T> all, Pass<T> pass) {
    return traces.size() > CACHED ? () -> new Groups<>(all, pass) : all;
  }

  private static final class Groups<T> implements Iterator<T> {
    private final List<T> all;
    private final Pass<T> pass;
    private int next;

    Groups(List<T> all, Pass<T> pass) {
      this.all = all;
      this.pass = pass;
    }

    @Override
    public boolean hasNext() {
      return next < all.size();
    }

    @Override
    public T next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      if (next % GROUP == 0) {
        pass.read(new ArrayList<>(all.subList(next, Math.min(all.size(), next + GROUP))));
      }
      return all.get(next++);
    }
  }

  /** For spans to be added to their traces: those, if held, and what their keys lead to. */
  Iterable<PendingSpan> toAdmit(List<PendingSpan> all) {
    return grouped(all, this::admit);
  }

  private void admit(List<PendingSpan> group) {
    int sum = read;
    for (PendingSpan span : group) {
      sum += span.keys.length;
      sum += traces.near(span.traceHigh, span.traceLow, 0) == null ? 0 : 1;
    }
    for (PendingSpan span : group) {
      Fragment fragment = traces.near(span.traceHigh, span.traceLow, 0);
      sum += fragment == null ? 0 : fragment.strongKeys;
      for (KeyValue key : span.keys) {
        sum += key.soughtIn;
      }
    }
    for (PendingSpan span : group) {
      for (KeyValue key : span.keys) {
        sum += key.exits.size() + key.children.size();
      }
    }
    for (PendingSpan span : group) {
      for (KeyValue key : span.keys) {
        sum += newest(key.exits, 1) + newest(key.children, 1);
      }
    }
    read = sum;
  }

  /** For roots that look for parents: their keys, and the newest roots and calls under them. */
  Iterable<Child> toSearch(List<Child> all) {
    return grouped(all, this::search);
  }

  private void search(List<Child> group) {
    int sum = read;
    for (Child child : group) {
      sum += child.fragment.keys().length;
    }
    for (Child child : group) {
      for (KeyValue key : child.fragment.keys()) {
        sum += newest(key.exits, 1) + newest(key.children, 1);
      }
    }
    for (Child child : group) {
      for (KeyValue key : child.fragment.keys()) {
        sum += newest(key.children, NEAR);
        TimeOrdered<Exit> exits = key.exits;
        for (int i = Math.max(0, exits.size() - NEAR); i < exits.size(); i++) {
          sum += exits.get(i).fragment.strongKeys;
        }
      }
    }
    read = sum;
  }

  private static int newest(TimeOrdered<?> items, int count) {
    int sum = 0;
    for (int i = Math.max(0, items.size() - count); i < items.size(); i++) {
      sum += (int) items.get(i).timeNanos();
    }
    return sum;
  }

  /** For roots that send messages: their candidates and the places these give. */
  Iterable<Child> toSend(List<Child> all) {
    return grouped(all, this::send);
  }

  private void send(List<Child> group) {
    int sum = read;
    for (Child child : group) {
      sum += child.candidates.count;
    }
    for (Child child : group) {
      sum += child.candidates.readAhead();
    }
    for (Child child : group) {
      Candidates candidates = child.candidates;
      for (int k = 0; k < candidates.count; k++) {
        sum += candidates.slots[k].closed ? 1 : 0;
      }
    }
    read = sum;
  }

  /** For roots that are decided on: besides, their traces and those of whom they may come from. */
  Iterable<Child> toDecide(List<Child> all) {
    return grouped(all, this::decide);
  }

  private void decide(List<Child> group) {
    send(group);
    int sum = read;
    for (Child child : group) {
      sum += child.fragment.keys().length;
    }
    for (Child child : group) {
      sum += child.fragment.readAhead();
      Child.Decision decision = child.decision;
      sum += decision == null ? 0 : decision.exit().fragment.keys().length;
    }
    for (Child child : group) {
      Candidates candidates = child.candidates;
      for (int k = 0; k < candidates.count; k++) {
        Child favourite = candidates.slots[k].favourite;
        sum += favourite == null ? 0 : favourite.candidates.count;
        Child above = candidates.exits[k].fragment.children;
        sum += above == null ? 0 : above.candidates.count;
      }
    }
    read = sum;
  }

  /** For traces that are let go: what they are taken out of. */
  Iterable<Fragment> toForget(List<Fragment> all) {
    return grouped(all, this::forget);
  }

  private void forget(List<Fragment> group) {
    int sum = read;
    for (Fragment fragment : group) {
      sum += fragment.keys().length;
    }
    for (Fragment fragment : group) {
      Fragment next = traces.near(fragment.traceHigh, fragment.traceLow, 1);
      sum += fragment.readAhead() + (next == null ? 0 : next.strongKeys);
    }
    for (Fragment fragment : group) {
      for (KeyValue key : fragment.keys()) {
        sum += oldest(key.exits) + oldest(key.children) + key.value.length();
      }
    }
    read = sum;
  }

  private static int oldest(TimeOrdered<?> items) {
    return items.isEmpty() ? 0 : (int) items.get(0).timeNanos();
  }
}
