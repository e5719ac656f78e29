// SPDX-License-Identifier: Apache-2.0
package io.opentelemetry.javaagent.bootstrap.correlation;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What woven application code calls, {@link BodyBridge} for bodies. It lives on the bootstrap class
 * path, where every class loader sees it, and hands each call to the extension.
 *
 * <p>Before {@link #install} and after any failure each method answers as if nothing were woven.
 * Nothing is ever thrown.
 */
public final class CorrelationBridge {

  /** What the extension does with the calls. It may throw; the bridge swallows it. */
  public interface Delegate extends Listener {

    /** See {@link CorrelationBridge#get}. */
    @Nullable String get(String key);

    /** See {@link CorrelationBridge#put}. */
    boolean put(String key, String value);

    /** See {@link CorrelationBridge#withKeys}. */
    Map<String, String> withKeys(Map<String, String> mdc);

    /** See {@link CorrelationBridge#methodEnter}. */
    @Nullable Object methodEnter(String spec, Object[] arguments);

    /** See {@link CorrelationBridge#methodExit}. */
    void methodExit(String spec, @Nullable Object scope, @Nullable Object result);

    /** See {@link CorrelationBridge#processStarting}. */
    @Nullable Map<String, String> processStarting(Map<String, String> environment);

    /** See {@link CorrelationBridge#processStarted}. */
    void processStarted(Map<String, String> environment, Map<String, String> before);

    /** See {@link CorrelationBridge#prepared}. */
    void prepared(Object statement, String sql);

    /** See {@link CorrelationBridge#bound}. */
    void bound(Object statement, int index, @Nullable Object value);
  }

  /** Hears of what went wrong. */
  interface Listener {

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

  /** Before an annotated method; what it returns goes to the exit. */
  public static @Nullable Object methodEnter(String spec, Object[] arguments) {
    Delegate d = delegate;
    if (d == null) {
      return null;
    }
    try {
      return d.methodEnter(spec, arguments);
    } catch (Throwable failure) {
      report(d, failure);
      return null;
    }
  }

  /** After an annotated method; {@code result} is null when it threw. */
  public static void methodExit(String spec, @Nullable Object scope, @Nullable Object result) {
    Delegate d = delegate;
    if (d != null) {
      try {
        d.methodExit(spec, scope, result);
      } catch (Throwable failure) {
        report(d, failure);
      }
    }
  }

  /** Before a process starts; returns what {@link #processStarted} needs, or null for nothing. */
  public static @Nullable Map<String, String> processStarting(ProcessBuilder builder) {
    Delegate d = delegate;
    if (d == null) {
      return null;
    }
    try {
      return d.processStarting(builder.environment());
    } catch (Throwable failure) {
      report(d, failure);
      return null;
    }
  }

  /** After a process has started, or has not: gives the builder its own environment back. */
  public static void processStarted(ProcessBuilder builder, @Nullable Map<String, String> before) {
    Delegate d = delegate;
    if (d != null && before != null) {
      try {
        d.processStarted(builder.environment(), before);
      } catch (Throwable failure) {
        report(d, failure);
      }
    }
  }

  /** After a statement was prepared. */
  public static void prepared(@Nullable Object statement, @Nullable String sql) {
    Delegate d = delegate;
    if (d != null && statement != null && sql != null) {
      try {
        d.prepared(statement, sql);
      } catch (Throwable failure) {
        report(d, failure);
      }
    }
  }

  /** After a parameter was bound; its index counts from 1. */
  public static void bound(Object statement, int index, @Nullable Object value) {
    Delegate d = delegate;
    if (d != null) {
      try {
        d.bound(statement, index, value);
      } catch (Throwable failure) {
        report(d, failure);
      }
    }
  }

  static void report(Listener listener, Throwable failure) {
    try {
      listener.failed(failure);
    } catch (Throwable ignored) {
      // the application never notices
    }
  }
}
