// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.hasClassesNamed;
import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.implementsInterface;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.BodyBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the form fields that an application asks a servlet request for: containers read forms
 * past the body stream.
 */
final class ParameterInstrumentation implements TypeInstrumentation {

  private final String requestInterface;

  ParameterInstrumentation(String requestInterface) {
    this.requestInterface = requestInterface;
  }

  @Override
  public ElementMatcher<ClassLoader> classLoaderOptimization() {
    return hasClassesNamed(requestInterface);
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return implementsInterface(named(requestInterface));
  }

  @Override
  public void transform(TypeTransformer transformer) {
    String self = getClass().getName();
    transformer.applyAdviceToMethod(
        named("getParameter").and(takesArguments(String.class)), self + "$OneAdvice");
    transformer.applyAdviceToMethod(
        named("getParameterValues").and(takesArguments(String.class)), self + "$ValuesAdvice");
    transformer.applyAdviceToMethod(
        named("getParameterMap").and(takesArguments(0)), self + "$MapAdvice");
  }

  /** Woven into {@code getParameter(name)}. */
  @SuppressWarnings("unused")
  public static final class OneAdvice {

    private OneAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(
        @Advice.Argument(0) String name, @Advice.Return @Nullable String value) {
      BodyBridge.parameter(name, value);
    }
  }

  /** Woven into {@code getParameterValues(name)}. */
  @SuppressWarnings("unused")
  public static final class ValuesAdvice {

    private ValuesAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(
        @Advice.Argument(0) String name, @Advice.Return String @Nullable [] values) {
      if (values != null && values.length > 0) {
        BodyBridge.parameter(name, values[0]);
      }
    }
  }

  /** Woven into {@code getParameterMap()}. */
  @SuppressWarnings("unused")
  public static final class MapAdvice {

    private MapAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(@Advice.Return @Nullable Map<String, String[]> parameters) {
      BodyBridge.parameters(parameters);
    }
  }
}
