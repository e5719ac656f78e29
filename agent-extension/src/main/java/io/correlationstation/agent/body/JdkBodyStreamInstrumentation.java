// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;

/** Looks at what the body stream of the JDK's HTTP server brings, chunked or not. */
final class JdkBodyStreamInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named("sun.net.httpserver.LeftOverInputStream");
  }

  @Override
  public void transform(TypeTransformer transformer) {
    BodyStreamInstrumentation.applyTo(transformer);
  }
}
