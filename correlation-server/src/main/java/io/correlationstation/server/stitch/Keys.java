// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The key values met so far: normalised, counted, quarantined when they say nothing. */
final class Keys {

  private static final int HUB_FRAGMENTS = 512;
  private static final double HUB_SHARE = 0.25;
  private static final int MAX_CIRCUITS_PER_RESOURCE = 8;

  private final List<KeySpec> specs;
  private final List<Map<String, KeyValue>> values = new ArrayList<>();
  private final long[] carriers;
  private final int strongKeys;
  private long junk;
  private int hubs;

  Keys(List<KeySpec> specs) {
    this.specs = specs;
    this.carriers = new long[specs.size()];
    int strong = 0;
    for (int i = 0; i < specs.size(); i++) {
      values.add(new HashMap<>());
      strong |= specs.get(i).strong() ? 1 << i : 0;
    }
    strongKeys = strong;
  }

  /** Values refused as junk, and values that join too much. */
  int quarantined() {
    return hubs + (int) Math.min(junk, Integer.MAX_VALUE / 2);
  }

  int count() {
    return specs.size();
  }

  /** How many values of each key are held, by its name. */
  Map<String, Integer> cardinalities() {
    Map<String, Integer> counts = new HashMap<>();
    for (int i = 0; i < specs.size(); i++) {
      counts.put(specs.get(i).name(), values.get(i).size());
    }
    return counts;
  }

  KeySpec spec(int key) {
    return specs.get(key);
  }

  /** A bit for each key that may decide. */
  int strongKeys() {
    return strongKeys;
  }

  int index(String name) {
    for (int i = 0; i < specs.size(); i++) {
      if (specs.get(i).name().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The value a text stands for, held until {@link #release}; null when it is junk. */
  @Nullable KeyValue intern(int key, @Nullable String text) {
    if (text == null) {
      return null;
    }
    Map<String, KeyValue> known = values.get(key);
    KeyValue value = known.get(text);
    if (value == null) {
      String clean = KeyText.clean(text, specs.get(key).letterCase());
      if (clean == null) {
        junk++;
        return null;
      }
      value = known.get(clean);
      if (value == null) {
        value = new KeyValue(key, clean);
        known.put(clean, value);
      }
    }
    value.holders++;
    return value;
  }

  void release(KeyValue value) {
    value.holders--;
    forgetIfIdle(value);
  }

  @Nullable KeyValue find(int key, String text) {
    String clean = KeyText.clean(text, specs.get(key).letterCase());
    return clean == null ? null : values.get(key).get(clean);
  }

  void carriedBy(KeyValue value, int change) {
    value.fragments += change;
    carriers[value.key] += change;
    if (change > 0
        && !value.quarantined
        && specs.get(value.key).strong()
        && value.fragments >= HUB_FRAGMENTS
        && value.fragments >= HUB_SHARE * carriers[value.key]
        && values.get(value.key).size() > 1) {
      value.quarantined = true;
      hubs++;
    }
  }

  /** How many keys all fragments carry together. */
  long carried() {
    long sum = 0;
    for (long count : carriers) {
      sum += count;
    }
    return sum;
  }

  void forgetIfIdle(KeyValue value) {
    if (value.idle()) {
      if (value.quarantined) {
        hubs--;
      }
      values.get(value.key).remove(value.value);
    }
  }

  /**
   * How likely a fragment that has nothing to do with the value carries it all the same.
   *
   * @param known fragments that carry it and are under comparison: they say nothing of how common
   *     it is
   */
  double chance(KeyValue value, int known) {
    double unseen =
        specs.get(value.key).strength() == KeySpec.Strength.CIRCUIT
            ? 50
            : specs.get(value.key).strong() ? 1000 : 10;
    int others = Math.max(0, value.fragments - known);
    return (others + 1) / (carriers[value.key] + unseen);
  }

  /** Whether values of this alias are specific enough to stand for one another. */
  static boolean hub(KeyValue value, int otherKey) {
    if (value.aliases == null) {
      return false;
    }
    int others = 0;
    for (AliasEdge edge : value.aliases) {
      if (edge.other(value).key == otherKey) {
        others++;
      }
    }
    return others > MAX_CIRCUITS_PER_RESOURCE;
  }
}
