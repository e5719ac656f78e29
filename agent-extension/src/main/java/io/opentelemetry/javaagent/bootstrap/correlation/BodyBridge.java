// SPDX-License-Identifier: Apache-2.0
package io.opentelemetry.javaagent.bootstrap.correlation;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What woven code calls around the reading of bodies; otherwise as {@link CorrelationBridge}.
 *
 * <p>Before {@link #install} and after any failure each method answers as if nothing were woven.
 * Nothing is ever thrown.
 */
public final class BodyBridge {

  /** What the extension does with the calls. It may throw; the bridge swallows it. */
  public interface Delegate extends CorrelationBridge.Listener {

    /** See {@link BodyBridge#bodyEnter}. */
    @Nullable Object bodyEnter(Object stream) throws ReflectiveOperationException;

    /** After a read into an array; a count below 0 is the end. */
    void bodyExit(Object scan, byte[] bytes, int offset, int count);

    /** After the read of one byte; below 0 is the end. */
    void bodyExit(Object scan, int octet);

    /** After a read of characters; null is the end. */
    void bodyText(Object scan, @Nullable CharSequence text);

    /** After a read that threw. */
    void bodyFailed(Object scan);

    /** See {@link BodyBridge#parameter}. */
    void parameter(String name, @Nullable String value);

    /** See {@link BodyBridge#parameters}. */
    void parameters(Map<String, String[]> parameters);

    /** See {@link BodyBridge#response}. */
    void response(@Nullable Object body);

    /** See {@link BodyBridge#observe}. */
    void observe(Object source) throws ReflectiveOperationException;

    /** See {@link BodyBridge#listening}. */
    void listening(Object listener);

    /** See {@link BodyBridge#listenerEnter}. */
    @Nullable Object listenerEnter(Object listener);

    /** See {@link BodyBridge#listenerExit}. */
    void listenerExit(Object scope);
  }

  private static volatile @Nullable Delegate delegate;

  private BodyBridge() {}

  public static void install(Delegate installed) {
    delegate = installed;
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
      CorrelationBridge.report(d, failure);
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
        CorrelationBridge.report(d, wrong);
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
        CorrelationBridge.report(d, wrong);
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
        CorrelationBridge.report(d, wrong);
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
        CorrelationBridge.report(d, wrong);
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
        CorrelationBridge.report(d, wrong);
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
      CorrelationBridge.report(d, wrong);
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
        CorrelationBridge.report(d, failure);
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
        CorrelationBridge.report(d, failure);
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
        CorrelationBridge.report(d, failure);
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
        CorrelationBridge.report(d, failure);
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
        CorrelationBridge.report(d, failure);
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
      CorrelationBridge.report(d, failure);
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
        CorrelationBridge.report(d, failure);
      }
    }
  }
}
