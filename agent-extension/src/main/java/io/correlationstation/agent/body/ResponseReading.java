// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Key;
import io.correlationstation.agent.carry.Source;
import io.opentelemetry.context.Context;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Looks for keys in responses that an application has as text or bytes already. Only a document
 * that starts like a JSON object is looked at.
 */
public final class ResponseReading {

  private final Carrier carrier;
  private final JsonRules rules;

  public ResponseReading(Carrier carrier) {
    this.carrier = carrier;
    this.rules = new JsonRules(carrier.settings().responseRules());
  }

  /** Takes a text, bytes, or a response of the JDK's client with one of these as its body. */
  public void read(@Nullable Object response) throws ReflectiveOperationException {
    if (response == null || rules.all() == 0) {
      return;
    }
    if (response instanceof String) {
      String text = (String) response;
      int length = Math.min(text.length(), carrier.settings().bodyMaxBytes());
      scan(text.substring(0, length).getBytes(StandardCharsets.UTF_8));
    } else if (response instanceof byte[]) {
      scan((byte[]) response);
    } else {
      Object body = bodyOf(response);
      if (body instanceof String || body instanceof byte[]) {
        read(body);
      }
    }
  }

  private void scan(byte[] document) {
    if (document.length == 0 || document[0] != '{') {
      return;
    }
    Context context = Context.current();
    JsonScan scan =
        new JsonScan(
            rules,
            carrier.settings().bodyMaxBytes(),
            carrier.keys().maxLength(),
            (name, value) -> discover(context, name, value));
    if (scan.enter()) {
      scan.exit(document, 0, document.length);
    }
  }

  private void discover(Context context, String name, String value) {
    Key key = carrier.keys().named(name);
    if (key != null) {
      carrier.discover(context, key, value, Source.RESPONSE);
    }
  }

  /** {@code java.net.http} is newer than the class files of this module. */
  private static @Nullable Object bodyOf(Object response) throws ReflectiveOperationException {
    Method body = Class.forName("java.net.http.HttpResponse").getMethod("body");
    return body.getDeclaringClass().isInstance(response) ? body.invoke(response) : null;
  }
}
