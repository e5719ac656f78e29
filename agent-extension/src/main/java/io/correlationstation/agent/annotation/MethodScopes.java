// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.annotation;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.carry.Key;
import io.correlationstation.agent.carry.Source;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What happens around each call of an annotated method. */
public final class MethodScopes {

  private static final int RETURN = -1;

  private final Carrier carrier;
  private final Map<String, Parameter[]> parsed = new ConcurrentHashMap<>();

  public MethodScopes(Carrier carrier) {
    this.carrier = carrier;
  }

  /** Makes the keys among the arguments current; returns what to close, or null. */
  @SuppressWarnings("MustBeClosedChecker") // exit closes it
  public @Nullable Object enter(String spec, Object[] arguments) {
    Context context = Context.current();
    Context scoped = context;
    for (Parameter parameter : parameters(spec)) {
      Object value = parameter.index == RETURN ? null : arguments[parameter.index];
      if (value != null) {
        scoped = carrier.scoped(scoped, parameter.key, value.toString());
      }
    }
    return scoped == context ? null : scoped.makeCurrent();
  }

  /** Ends the scope, and takes the result as a key if the method says so. */
  public void exit(String spec, @Nullable Object scope, @Nullable Object result) {
    if (scope != null) {
      ((Scope) scope).close();
    }
    if (result != null) {
      for (Parameter parameter : parameters(spec)) {
        if (parameter.index == RETURN) {
          carrier.discover(Context.current(), parameter.key, result.toString(), Source.ANNOTATION);
        }
      }
    }
  }

  private Parameter[] parameters(String spec) {
    return parsed.computeIfAbsent(spec, this::parse);
  }

  private Parameter[] parse(String spec) {
    return Arrays.stream(spec.split(";", -1))
        .map(this::parameter)
        .filter(Objects::nonNull)
        .toArray(Parameter[]::new);
  }

  private @Nullable Parameter parameter(String item) {
    int equals = item.indexOf('=');
    Key key = equals < 0 ? null : carrier.keys().named(item.substring(0, equals));
    if (key == null) {
      return null;
    }
    String place = item.substring(equals + 1);
    return new Parameter(key, place.equals("return") ? RETURN : Integer.parseInt(place));
  }

  private static final class Parameter {

    private final Key key;
    private final int index;

    Parameter(Key key, int index) {
      this.key = key;
      this.index = index;
    }
  }
}
