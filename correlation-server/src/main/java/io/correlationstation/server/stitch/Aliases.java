// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which key values belong together, learnt from records that carry both, with provenance.
 *
 * <p>A more specific value stands for a less specific one (a resource for its circuit), never the
 * other way round: a circuit has many resources. A value that was seen with many others stands for
 * none of them.
 *
 * <p>A pair that no record confirms for a day is forgotten; so is the one seen least recently when
 * there are too many, in all or of a circuit.
 */
final class Aliases {

  private static final int MAX_PER_VALUE = 64;
  private static final int MAX_ALIASES = 500_000;

  /** An alias and a value that only it holds, in bytes; measured, rounded up. */
  private static final int BYTES_PER_ALIAS = 450;

  /** Aliases may take one part in so many of the memory. */
  private static final int SHARE_FOR_ALIASES = 4;

  private static final int MAX_RETRACTED = 100_000;
  private static final long KEEP_NANOS = 24L * 3600 * 1_000_000_000;

  private final Keys keys;
  private final Postings postings;
  private final Losses losses;
  private final AliasesByAge byAge = new AliasesByAge();
  private final Set<Pair> retracted = new LinkedHashSet<>();
  private final int maxAliases;

  /** Two values by name, in the order of their keys: it outlives what is held of them. */
  private record Pair(int key, String value, int otherKey, String otherValue) {
    static Pair of(KeyValue one, KeyValue other) {
      return one.key < other.key
          ? new Pair(one.key, one.value, other.key, other.value)
          : new Pair(other.key, other.value, one.key, one.value);
    }
  }

  /**
   * @param maxBytes what they share with everything that is held
   */
  Aliases(Keys keys, Postings postings, Losses losses, long maxBytes) {
    this.maxAliases =
        (int)
            Math.min(MAX_ALIASES, Math.max(1_000, maxBytes / SHARE_FOR_ALIASES / BYTES_PER_ALIAS));
    this.keys = keys;
    this.postings = postings;
    this.losses = losses;
  }

  int count() {
    return byAge.size();
  }

  /** Learns from values seen on one record. */
  void learn(KeyValue[] seen, long nanos, String source) {
    for (int i = 0; i < seen.length; i++) {
      for (int j = i + 1; j < seen.length; j++) {
        if (keys.spec(seen[i].key).strong()
            && keys.spec(seen[j].key).strong()
            && seen[i].key != seen[j].key) {
          join(seen[i], seen[j], nanos, source);
        }
      }
    }
  }

  private void join(KeyValue one, KeyValue other, long nanos, String source) {
    AliasEdge known = find(one, other);
    if (known != null) {
      known.seen(nanos);
      byAge.renew(known);
      return;
    }
    if (!retracted.isEmpty() && retracted.contains(Pair.of(one, other))) {
      losses.count("alias_retracted");
      return;
    }
    AliasEdge edge = new AliasEdge(one, other, source, nanos);
    KeyValue specific = specific(edge);
    if (specific.aliasCount() >= MAX_PER_VALUE) {
      losses.count("alias_hub");
      return;
    }
    makeRoom(edge.other(specific));
    one.join(edge);
    other.join(edge);
    byAge.add(edge);
    if (byAge.size() > maxAliases) {
      forget(byAge.oldest(), "evicted_alias_capacity");
    }
    for (Fragment fragment : holders(specific)) {
      derive(fragment);
    }
  }

  /** A circuit may have any number of orders a day: the one not seen for longest makes room. */
  private void makeRoom(KeyValue general) {
    if (general.aliases == null || general.aliases.size() < MAX_PER_VALUE) {
      return;
    }
    AliasEdge oldest = general.aliases.get(0);
    for (AliasEdge edge : general.aliases) {
      if (edge.lastNanos < oldest.lastNanos) {
        oldest = edge;
      }
    }
    forget(oldest, "evicted_alias_of_value");
  }

  private static @Nullable AliasEdge find(KeyValue one, KeyValue other) {
    KeyValue fewer = one.aliasCount() <= other.aliasCount() ? one : other;
    KeyValue wanted = fewer == one ? other : one;
    if (fewer.aliases != null) {
      for (AliasEdge edge : fewer.aliases) {
        if (edge.other(fewer) == wanted) {
          return edge;
        }
      }
    }
    return null;
  }

  private KeyValue specific(AliasEdge edge) {
    int left = keys.spec(edge.left.key).strength().ordinal();
    int right = keys.spec(edge.right.key).strength().ordinal();
    return left <= right ? edge.left : edge.right;
  }

  private static List<Fragment> holders(KeyValue value) {
    List<Fragment> result = new ArrayList<>();
    for (int i = 0; i < value.exits.size(); i++) {
      Fragment fragment = value.exits.get(i).fragment;
      if (!result.contains(fragment)) {
        result.add(fragment);
      }
    }
    for (int i = 0; i < value.children.size(); i++) {
      Fragment fragment = value.children.get(i).fragment;
      if (!result.contains(fragment)) {
        result.add(fragment);
      }
    }
    return result;
  }

  /** Adds to a trace the less specific keys that its own keys stand for. */
  void derive(Fragment fragment) {
    for (KeyValue value : fragment.keys()) {
      if (value.aliases == null) {
        continue;
      }
      for (AliasEdge edge : value.aliases) {
        KeyValue other = edge.other(value);
        if (specific(edge) == value && !fragment.hasKey(other.key) && !Keys.hub(value, other.key)) {
          postings.addKey(fragment, other, edge);
        }
      }
    }
  }

  List<Alias> of(KeyValue value) {
    List<Alias> result = new ArrayList<>();
    if (value.aliases != null) {
      for (AliasEdge edge : value.aliases) {
        result.add(describe(edge, value));
      }
    }
    result.sort((a, b) -> Long.compare(b.lastNanos(), a.lastNanos()));
    return result;
  }

  private Alias describe(AliasEdge edge, KeyValue from) {
    KeyValue other = edge.other(from);
    return new Alias(
        keys.spec(from.key).name(),
        from.value,
        keys.spec(other.key).name(),
        other.value,
        edge.firstNanos,
        edge.lastNanos,
        edge.source,
        edge.sightings);
  }

  /**
   * Forgets that two values belong together, whatever comes later; returns the children of the
   * traces it joined.
   */
  List<Child> retract(KeyValue one, KeyValue other) {
    List<Child> touched = new ArrayList<>();
    retracted.add(Pair.of(one, other));
    if (retracted.size() > MAX_RETRACTED) {
      retracted.remove(retracted.iterator().next());
      losses.count("evicted_retraction");
    }
    AliasEdge edge = find(one, other);
    if (edge == null) {
      return touched;
    }
    List<Fragment> holders = holders(specific(edge));
    leave(edge);
    for (Fragment fragment : holders) {
      KeyValue derived = fragment.removeDerived(edge);
      if (derived != null) {
        for (int i = 0; i < derived.children.size(); i++) {
          if (!touched.contains(derived.children.get(i))) {
            touched.add(derived.children.get(i));
          }
        }
        postings.unpost(fragment, derived);
      }
    }
    keys.forgetIfIdle(one);
    keys.forgetIfIdle(other);
    return touched;
  }

  /** Lets go of what no record confirmed for a day. */
  void expire(long nowNanos) {
    AliasEdge oldest = byAge.oldest();
    while (oldest != null && oldest.lastNanos < nowNanos - KEEP_NANOS) {
      forget(oldest, "evicted_alias_age");
      oldest = byAge.oldest();
    }
  }

  private void forget(@Nullable AliasEdge edge, String reason) {
    if (edge != null) {
      leave(edge);
      keys.forgetIfIdle(edge.left);
      keys.forgetIfIdle(edge.right);
      losses.count(reason);
    }
  }

  private void leave(AliasEdge edge) {
    edge.left.leave(edge);
    edge.right.leave(edge);
    byAge.remove(edge);
  }
}
