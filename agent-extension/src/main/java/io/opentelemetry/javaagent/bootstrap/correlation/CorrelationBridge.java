// SPDX-License-Identifier: Apache-2.0
package io.opentelemetry.javaagent.bootstrap.correlation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The one class that woven application code calls. It lives on the bootstrap class path, where
 * every class loader sees it, and hands each call to the extension.
 *
 * <p>Before {@link #install} and after any failure each method answers as if nothing were woven.
 * Nothing is ever thrown.
 */
public final class CorrelationBridge {

  /** What the extension does with the calls. It may throw; the bridge swallows it. */
  public interface Delegate {

    /** See {@link CorrelationBridge#get}. */
    @Nullable String get(String key);

    /** See {@link CorrelationBridge#put}. */
    boolean put(String key, String value);

    /** See {@link CorrelationBridge#withKeys}. */
    Map<String, String> withKeys(Map<String, String> mdc);

    /** Learns that a call failed. */
    void failed(Throwable failure);
  }

  private static volatile @Nullable Delegate delegate;

  private CorrelationBridge() {}

  public static void install(Delegate installed) {
    delegate = installed;
  }

  /** Returns the value of a key in the current request, or {@code otherwise}. */
  public static @Nullable String get(String key, @Nullable String otherwise) {
    Delegate d = delegate;
    if (d == null) {
      return otherwise;
    }
    try {
      String value = d.get(key);
      return value == null ? otherwise : value;
    } catch (Throwable failure) {
      report(d, failure);
      return otherwise;
    }
  }

  /** Sets a key for the rest of the current request; false when there is no request. */
  public static boolean put(String key, String value) {
    Delegate d = delegate;
    if (d == null) {
      return false;
    }
    try {
      return d.put(key, value);
    } catch (Throwable failure) {
      report(d, failure);
      return false;
    }
  }

  /** Returns {@code mdc} itself when there is nothing to add, else a copy with the current keys. */
  public static @Nullable Map<String, String> withKeys(@Nullable Map<String, String> mdc) {
    Delegate d = delegate;
    if (d == null || mdc == null) {
      return mdc;
    }
    try {
      return d.withKeys(mdc);
    } catch (Throwable failure) {
      report(d, failure);
      return mdc;
    }
  }

  private static void report(Delegate d, Throwable failure) {
    try {
      d.failed(failure);
    } catch (Throwable ignored) {
      // the application never notices
    }
  }
}
