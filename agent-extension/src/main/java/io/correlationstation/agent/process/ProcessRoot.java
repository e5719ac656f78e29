// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.process;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.settings.Settings.EnvironmentParent;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.BaggageBuilder;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes what the environment of this JVM says the context of every thread that has none of its own.
 *
 * <p>A server takes the keys only: with the parent span, all its requests would join that one
 * trace.
 */
public final class ProcessRoot implements ContextStorage {

  private static volatile @Nullable Context root;

  private final ContextStorage storage;

  private ProcessRoot(ContextStorage storage) {
    this.storage = storage;
  }

  /** Prepares the context storage, which has to happen before it is used for the first time. */
  public static void prepare(Carrier carrier) {
    if (mayRead(carrier, System.getenv())) {
      ContextStorage.addWrapper(ProcessRoot::new);
    }
  }

  /** Reads the environment, once propagators are there. */
  public static void read(Carrier carrier, TextMapPropagator propagator) {
    if (mayRead(carrier, System.getenv())) {
      Context read = Environment.read(propagator, Context.root(), System.getenv());
      carrier.inherit(read);
      boolean full = carrier.settings().environmentParent() == EnvironmentParent.FULL;
      root = full ? read : keysOnly(carrier);
    }
  }

  private static Context keysOnly(Carrier carrier) {
    BaggageBuilder keys = Baggage.builder();
    for (int i = 0; i < carrier.keys().size(); i++) {
      String value = carrier.inherited(carrier.keys().get(i));
      if (value != null) {
        keys.put(carrier.keys().get(i).name(), value);
      }
    }
    return Context.root().with(keys.build());
  }

  private static boolean mayRead(Carrier carrier, Map<String, String> environment) {
    if (carrier.settings().environmentParent() == EnvironmentParent.NONE) {
      return false;
    }
    if (environment.containsKey("TRACEPARENT") || environment.containsKey("BAGGAGE")) {
      return true;
    }
    for (int i = 0; i < carrier.keys().size(); i++) {
      if (environment.containsKey(Environment.variable(carrier.keys().get(i).header()))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Scope attach(Context context) {
    return storage.attach(context);
  }

  @Override
  public @Nullable Context current() {
    return storage.current();
  }

  @Override
  public Context root() {
    Context read = root;
    return read == null ? storage.root() : read;
  }
}
