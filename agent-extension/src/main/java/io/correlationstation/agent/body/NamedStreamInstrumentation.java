// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;

/** Looks at what the {@code read} methods of one stream class bring. */
final class NamedStreamInstrumentation implements TypeInstrumentation {

  private final String streamClass;

  NamedStreamInstrumentation(String streamClass) {
    this.streamClass = streamClass;
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named(streamClass);
  }

  @Override
  public void transform(TypeTransformer transformer) {
    BodyStreamInstrumentation.applyTo(transformer);
  }
}
