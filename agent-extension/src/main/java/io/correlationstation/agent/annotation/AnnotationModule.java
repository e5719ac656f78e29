// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.annotation;

import com.google.auto.service.AutoService;
import io.correlationstation.agent.bridge.WovenModule;
import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;

/** Scopes the keys that annotated parameters hold to their method. */
@AutoService(InstrumentationModule.class)
public final class AnnotationModule extends WovenModule {

  public AnnotationModule() {
    super("correlation-annotations", new AnnotatedMethodInstrumentation());
  }
}
