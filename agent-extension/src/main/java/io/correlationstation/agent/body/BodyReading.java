// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import io.correlationstation.agent.carry.Body;
import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Source;
import io.correlationstation.agent.http.QueryKeys;
import io.correlationstation.agent.settings.Names;
import io.opentelemetry.context.Context;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happens around each read of a request's body, and when a form parameter is asked for. */
public final class BodyReading {

  private final Carrier carrier;
  private final JsonKeys json;
  private final QueryKeys form;
  private final int maxBytes;

  public BodyReading(Carrier carrier) {
    this.carrier = carrier;
    this.json = new JsonKeys(carrier, carrier.settings().jsonRules());
    this.form = new QueryKeys(carrier.settings().queryParameters());
    this.maxBytes = carrier.settings().bodyMaxBytes();
  }

  /** Returns what to hand to the methods below after the read, or null when nobody looks. */
  public @Nullable Object enter() {
    Context context = Context.current();
    Body body = carrier.bodyOf(context);
    if (body == null) {
      return null;
    }
    Scan scan = (Scan) body.scan();
    if (scan == null) {
      scan = start(body.shape(), context);
      body.scan(scan);
    }
    return scan.enter() ? scan : null;
  }

  private Scan start(Body.Shape shape, Context context) {
    return shape == Body.Shape.JSON
        ? json.scan(context, Source.JSON)
        : new FormScan(
            form, maxBytes, (name, value) -> carrier.discover(context, name, value, Source.FORM));
  }

  /** After a read into an array; a count below 0 is the end of the body. */
  public void read(Object scan, byte[] bytes, int offset, int count) {
    ((Scan) scan).exit(bytes, offset, count);
  }

  /** After the read of a byte; below 0 is the end. */
  public void read(Object scan, int octet) {
    ((Scan) scan).exit(octet);
  }

  /** After a read of characters; null is the end. */
  public void read(Object scan, @Nullable CharSequence text) {
    JsonKeys.look((Scan) scan, text);
  }

  /** After a read that threw. */
  public void failed(Object scan) {
    ((Scan) scan).fail();
  }

  /** After the application asked for a parameter by name. */
  public void parameter(String name, @Nullable String value) {
    String key = carrier.settings().queryParameters().get(Names.loose(name));
    if (key != null && value != null) {
      carrier.discover(Context.current(), key, value, Source.FORM);
    }
  }

  /** After the application asked for all parameters. */
  public void parameters(Map<String, String[]> parameters) {
    for (Map.Entry<String, String[]> parameter : parameters.entrySet()) {
      if (parameter.getValue().length > 0) {
        parameter(parameter.getKey(), parameter.getValue()[0]);
      }
    }
  }
}
