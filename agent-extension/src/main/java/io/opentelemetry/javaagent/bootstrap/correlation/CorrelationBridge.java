// SPDX-License-Identifier: Apache-2.0
package io.opentelemetry.javaagent.bootstrap.correlation;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
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

    /** See {@link CorrelationBridge#bodyEnter}. */
    @Nullable Object bodyEnter(Object stream) throws ReflectiveOperationException;

    /** After a read into an array; a count below 0 is the end. */
    void bodyExit(Object scan, byte[] bytes, int offset, int count);

    /** After the read of one byte; below 0 is the end. */
    void bodyExit(Object scan, int octet);

    /** After a read of characters; null is the end. */
    void bodyText(Object scan, @Nullable CharSequence text);

    /** After a read that threw. */
    void bodyFailed(Object scan);

    /** See {@link CorrelationBridge#parameter}. */
    void parameter(String name, @Nullable String value);

    /** See {@link CorrelationBridge#parameters}. */
    void parameters(Map<String, String[]> parameters);

    /** See {@link CorrelationBridge#methodEnter}. */
    @Nullable Object methodEnter(String spec, Object[] arguments);

    /** See {@link CorrelationBridge#methodExit}. */
    void methodExit(String spec, @Nullable Object scope, @Nullable Object result);

    /** See {@link CorrelationBridge#processStarting}. */
    @Nullable Map<String, String> processStarting(Map<String, String> environment);

    /** See {@link CorrelationBridge#processStarted}. */
    void processStarted(Map<String, String> environment, Map<String, String> before);

    /** See {@link CorrelationBridge#response}. */
    void response(@Nullable Object body);

    /** See {@link CorrelationBridge#observe}. */
    void observe(Object source) throws ReflectiveOperationException;

    /** See {@link CorrelationBridge#listening}. */
    void listening(Object listener);

    /** See {@link CorrelationBridge#listenerEnter}. */
    @Nullable Object listenerEnter(Object listener);

    /** See {@link CorrelationBridge#listenerExit}. */
    void listenerExit(Object scope);

    /** See {@link CorrelationBridge#prepared}. */
    void prepared(Object statement, String sql);

    /** See {@link CorrelationBridge#bound}. */
    void bound(Object statement, int index, @Nullable Object value);

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

  /**
   * Before a read of a body; what it returns goes to the exit, null when nobody looks. The exits
   * below take it with what the read threw, if anything, and cost nothing without a scan.
   */
  public static @Nullable Object bodyEnter(Object stream) {
    Delegate d = delegate;
    if (d == null) {
      return null;
    }
    try {
      return d.bodyEnter(stream);
    } catch (Throwable failure) {
      report(d, failure);
      return null;
    }
  }

  /** After a read into an array; a count below 0 is the end. */
  public static void bodyExit(
      @Nullable Object scan, @Nullable Throwable failure, byte[] bytes, int offset, int count) {
    Delegate d = delegate;
    if (d != null && scan != null && hasRead(d, scan, failure)) {
      try {
        d.bodyExit(scan, bytes, offset, count);
      } catch (Throwable wrong) {
        report(d, wrong);
      }
    }
  }

  /** After the read of one byte; below 0 is the end. */
  public static void bodyExit(@Nullable Object scan, @Nullable Throwable failure, int octet) {
    Delegate d = delegate;
    if (d != null && scan != null && hasRead(d, scan, failure)) {
      try {
        d.bodyExit(scan, octet);
      } catch (Throwable wrong) {
        report(d, wrong);
      }
    }
  }

  /** After a read into a buffer that was at {@code position} before; below 0 is the end. */
  public static void bodyExit(
      @Nullable Object scan,
      @Nullable Throwable failure,
      ByteBuffer buffer,
      int position,
      int count) {
    Delegate d = delegate;
    if (d != null && scan != null && hasRead(d, scan, failure)) {
      try {
        byte[] bytes = new byte[Math.max(count, 0)];
        ByteBuffer view = buffer.duplicate();
        ((Buffer) view).position(position);
        view.get(bytes);
        d.bodyExit(scan, bytes, 0, count);
      } catch (Throwable wrong) {
        report(d, wrong);
      }
    }
  }

  /** After a read of characters into an array; a count below 0 is the end. */
  public static void bodyText(
      @Nullable Object scan, @Nullable Throwable failure, char[] chars, int offset, int count) {
    Delegate d = delegate;
    if (d != null && scan != null && hasRead(d, scan, failure)) {
      try {
        d.bodyText(scan, count < 0 ? null : CharBuffer.wrap(chars, offset, count));
      } catch (Throwable wrong) {
        report(d, wrong);
      }
    }
  }

  /** After the read of one character; below 0 is the end. */
  public static void bodyText(@Nullable Object scan, @Nullable Throwable failure, int character) {
    if (scan != null) {
      bodyText(scan, failure, character < 0 ? null : String.valueOf((char) character));
    }
  }

  /** After the read of a text; null is the end. */
  public static void bodyText(
      @Nullable Object scan, @Nullable Throwable failure, @Nullable String text) {
    Delegate d = delegate;
    if (d != null && scan != null && hasRead(d, scan, failure)) {
      try {
        d.bodyText(scan, text);
      } catch (Throwable wrong) {
        report(d, wrong);
      }
    }
  }

  /** Whether a read brought something to look at; a read that threw ends its scan instead. */
  private static boolean hasRead(Delegate d, Object scan, @Nullable Throwable failure) {
    if (failure == null) {
      return true;
    }
    try {
      d.bodyFailed(scan);
    } catch (Throwable wrong) {
      report(d, wrong);
    }
    return false;
  }

  /** After the application asked for a form or query parameter. */
  public static void parameter(@Nullable String name, @Nullable String value) {
    Delegate d = delegate;
    if (d != null && name != null) {
      try {
        d.parameter(name, value);
      } catch (Throwable failure) {
        report(d, failure);
      }
    }
  }

  /** After the application asked for all parameters. */
  public static void parameters(@Nullable Map<String, String[]> parameters) {
    Delegate d = delegate;
    if (d != null && parameters != null) {
      try {
        d.parameters(parameters);
      } catch (Throwable failure) {
        report(d, failure);
      }
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

  /** After the application got the body of a response; texts and bytes are looked at. */
  public static void response(@Nullable Object body) {
    Delegate d = delegate;
    if (d != null) {
      try {
        d.response(body);
      } catch (Throwable failure) {
        report(d, failure);
      }
    }
  }

  /** After a response gave out the source of Okio that its body is read from. */
  public static void observe(@Nullable Object source) {
    Delegate d = delegate;
    if (d != null && source != null) {
      try {
        d.observe(source);
      } catch (Throwable failure) {
        report(d, failure);
      }
    }
  }

  /** Before a request hands the reading of its body to a listener. */
  public static void listening(@Nullable Object listener) {
    Delegate d = delegate;
    if (d != null && listener != null) {
      try {
        d.listening(listener);
      } catch (Throwable failure) {
        report(d, failure);
      }
    }
  }

  /** Before a call of a listener; what it returns goes to the exit, null for nothing. */
  public static @Nullable Object listenerEnter(Object listener) {
    Delegate d = delegate;
    if (d == null) {
      return null;
    }
    try {
      return d.listenerEnter(listener);
    } catch (Throwable failure) {
      report(d, failure);
      return null;
    }
  }

  /** After a call of a listener. */
  public static void listenerExit(@Nullable Object scope) {
    Delegate d = delegate;
    if (d != null && scope != null) {
      try {
        d.listenerExit(scope);
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

  private static void report(Delegate d, Throwable failure) {
    try {
      d.failed(failure);
    } catch (Throwable ignored) {
      // the application never notices
    }
  }
}
