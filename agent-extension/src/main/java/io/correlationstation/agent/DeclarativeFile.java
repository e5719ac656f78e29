// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import io.correlationstation.agent.carry.CorrelationPropagator;
import io.correlationstation.agent.carry.Failures;
import io.correlationstation.agent.settings.SettingsSource;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The agent's declarative file: adds {@code correlation:} to its propagators, last, and to its
 * processors, first, and reads the settings from its section {@code correlation}.
 */
final class DeclarativeFile {

  private static final Logger logger = Logger.getLogger("io.correlationstation.agent");
  private static final String NAME = CorrelationPropagator.NAME;

  private DeclarativeFile() {}

  /** Adds to what the agent has made of the file, whichever of its releases that comes from. */
  static <M> M customize(M model) {
    try {
      start(new DeclarativeModel(model));
    } catch (Throwable failure) {
      Failures.record("start", failure);
      logger.log(
          Level.WARNING,
          "correlation: this agent's configuration model is not understood; write"
              + " \"correlation:\" into propagator.composite and the processors by hand");
    }
    return model;
  }

  private static void start(DeclarativeModel model) throws ReflectiveOperationException {
    Object section = model.extensions().get(NAME);
    if (!Startup.start(SettingsSource.of(section)).isActive()) {
      return;
    }
    addPropagator(model.child("Propagator"));
    addProcessor(model.child("TracerProvider"), "SpanProcessorModel");
    addProcessor(model.child("LoggerProvider"), "LogRecordProcessorModel");
  }

  /** Without any propagator in the file, nothing is to be propagated. */
  private static void addPropagator(@Nullable DeclarativeModel propagator)
      throws ReflectiveOperationException {
    if (propagator == null) {
      return;
    }
    Object names = propagator.get("CompositeList");
    if (names instanceof String && !((String) names).trim().isEmpty()) {
      if (!((String) names).contains(NAME) && !((String) names).trim().equals("none")) {
        propagator.set("CompositeList", names + "," + NAME);
      }
    } else if (!propagator.list("Composite").isEmpty() && !hasOurs(propagator, "Composite")) {
      propagator.addComponent("Composite", -1, "TextMapPropagatorModel", NAME);
    }
  }

  private static void addProcessor(@Nullable DeclarativeModel provider, String type)
      throws ReflectiveOperationException {
    if (provider != null && !hasOurs(provider, "Processors")) {
      provider.addComponent("Processors", 0, type, NAME);
    }
  }

  private static boolean hasOurs(DeclarativeModel node, String list)
      throws ReflectiveOperationException {
    for (DeclarativeModel element : node.list(list)) {
      if (element.extensions().containsKey(NAME)) {
        return true;
      }
    }
    return false;
  }
}
