// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Looks at the whole body of a response where a method answers it. */
final class ResponseBodyInstrumentation implements TypeInstrumentation {

  private final String type;
  private final String[] methods;

  ResponseBodyInstrumentation(String type, String... methods) {
    this.type = type;
    this.methods = methods;
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named(type);
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        namedOneOf(methods).and(takesArguments(0)), getClass().getName() + "$BodyAdvice");
  }

  /** Woven into methods that return a body. */
  @SuppressWarnings("unused")
  public static final class BodyAdvice {

    private BodyAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(
        @Advice.Return(typing = Assigner.Typing.DYNAMIC) @Nullable Object body) {
      CorrelationBridge.response(body);
    }
  }
}
