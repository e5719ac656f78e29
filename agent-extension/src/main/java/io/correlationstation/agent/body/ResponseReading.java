// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import io.correlationstation.agent.bridge.Accessors;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Source;
import io.correlationstation.agent.carry.WeakIdentityMap;
import io.opentelemetry.context.Context;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks for keys in responses of outgoing calls: in texts and bytes that the application has
 * already, and in streams as it reads them. What does not start like JSON is left alone.
 */
public final class ResponseReading {

  /** Classes that hold nothing but bodies of responses. */
  static final Set<String> STREAMS =
      Collections.unmodifiableSet(
          new HashSet<>(
              Arrays.asList(
                  "jdk.internal.net.http.ResponseSubscribers$HttpResponseInputStream",
                  "org.apache.hc.client5.http.entity.LazyDecompressingInputStream",
                  "org.apache.hc.client5.http.entity.compress."
                      + "DecompressingEntity$LazyDecompressingInputStream",
                  "org.apache.hc.core5.http.io.EofSensorInputStream",
                  "org.apache.http.client.entity.LazyDecompressingInputStream",
                  "org.apache.http.conn.EofSensorInputStream",
                  "sun.net.www.protocol.http.HttpURLConnection$HttpInputStream")));

  /** An interface of what reads anything: {@link #observe} says when it is a response. */
  static final String OKIO_SOURCE = "okio.Source";

  private static final ClassValue<Boolean> isStream =
      new ClassValue<Boolean>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
          return STREAMS.contains(type.getName())
              || type.getName().equals(ReactorCalls.CALL)
              || implementsSource(type);
        }
      };

  private final JsonKeys keys;
  private final boolean on;
  private final WeakIdentityMap<Scan> scans = new WeakIdentityMap<>();

  public ResponseReading(Carrier carrier) {
    this.keys = new JsonKeys(carrier, carrier.settings().responseRules());
    this.on = !carrier.settings().responseRules().isEmpty();
  }

  /** Takes a text or bytes; anything else is left alone. */
  public void read(@Nullable Object body) {
    if (on && body instanceof CharSequence) {
      keys.find((CharSequence) body, Context.current(), Source.RESPONSE);
    } else if (on && body instanceof byte[]) {
      keys.find((byte[]) body, Context.current(), Source.RESPONSE);
    }
  }

  /** Whether reads of an object are reads of a response, and not of a request. */
  public boolean isResponse(Object stream) {
    return on && isStream.get(stream.getClass());
  }

  /** Learns that a source of Okio with a buffer of its own is the body of a response. */
  public void observe(Object source) throws ReflectiveOperationException {
    Field field = on ? Accessors.field(source.getClass(), "source") : null;
    Object readFrom = field == null ? null : field.get(source);
    if (readFrom != null && scans.get(readFrom) == null) {
      scans.put(readFrom, keys.scan(Context.current(), Source.RESPONSE));
    }
  }

  /** Returns what goes with the read of a stream for which {@link #isResponse} holds, or null. */
  public @Nullable Object enter(Object stream) throws ReflectiveOperationException {
    Scan scan = scans.get(stream);
    Context context = scan == null ? contextOfCall(stream) : null;
    if (context != null) {
      scan = keys.scan(context, Source.RESPONSE);
      scans.put(stream, scan);
    }
    return scan != null && scan.enter() ? scan : null;
  }

  /** Returns null for what is no call's, and for a call of which nothing is known. */
  private static @Nullable Context contextOfCall(Object stream)
      throws ReflectiveOperationException {
    String type = stream.getClass().getName();
    return type.equals(ReactorCalls.CALL)
        ? ReactorCalls.contextOf(stream)
        : STREAMS.contains(type) ? Context.current() : null;
  }

  private static boolean implementsSource(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Class<?> declared : at.getInterfaces()) {
        if (declared.getName().equals(OKIO_SOURCE) || implementsSource(declared)) {
          return true;
        }
      }
    }
    return false;
  }
}
