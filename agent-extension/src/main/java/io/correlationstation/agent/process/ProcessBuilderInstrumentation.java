// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.process;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Adds to the environment of a process while it is being started, and takes it out again. */
final class ProcessBuilderInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named("java.lang.ProcessBuilder");
  }

  @Override
  public void transform(TypeTransformer transformer) {
    // since Java 9 start() and pipelines go through start(redirects)
    boolean java8 = "1.8".equals(System.getProperty("java.specification.version"));
    transformer.applyAdviceToMethod(
        named("start").and(takesArguments(java8 ? 0 : 1)), getClass().getName() + "$StartAdvice");
  }

  /** Woven into {@code start}. */
  @SuppressWarnings("unused")
  public static final class StartAdvice {

    private StartAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Map<String, String> enter(@Advice.This ProcessBuilder builder) {
      return CorrelationBridge.processStarting(builder);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @Advice.This ProcessBuilder builder, @Advice.Enter @Nullable Map<String, String> before) {
      CorrelationBridge.processStarted(builder, before);
    }
  }
}
