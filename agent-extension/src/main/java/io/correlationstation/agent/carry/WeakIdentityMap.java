// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What is known about objects of the application, for as long as these live. Objects are compared
 * by identity, so that no code of theirs runs. Values must not refer to them.
 *
 * <p>Thread-safe. An entry goes when its object has been collected and the map is next written to.
 */
public final class WeakIdentityMap<V> {

  private final ConcurrentHashMap<Object, V> values = new ConcurrentHashMap<>();
  private final ReferenceQueue<Object> collected = new ReferenceQueue<>();

  public void put(Object key, V value) {
    for (Reference<?> gone = collected.poll(); gone != null; gone = collected.poll()) {
      values.remove(gone);
    }
    values.put(new WeakKey(key, collected), value);
  }

  /** Returns the value of an object, or null when it has none. */
  public @Nullable V get(Object key) {
    return values.get(new Lookup(key));
  }

  /** Entries, including those of collected objects that are still to go. */
  int size() {
    return values.size();
  }

  private interface Identity {
    @Nullable Object object();
  }

  private static boolean same(Identity one, @Nullable Object other) {
    if (one == other) {
      return true;
    }
    Object object = one.object();
    return object != null && other instanceof Identity && ((Identity) other).object() == object;
  }

  private static final class WeakKey extends WeakReference<Object> implements Identity {

    private final int hash;

    WeakKey(Object object, ReferenceQueue<Object> collected) {
      super(object, collected);
      hash = System.identityHashCode(object);
    }

    @Override
    public @Nullable Object object() {
      return get();
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return same(this, other);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  private static final class Lookup implements Identity {

    private final Object object;

    Lookup(Object object) {
      this.object = object;
    }

    @Override
    public Object object() {
      return object;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return same(this, other);
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(object);
    }
  }
}
