// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.extendsClass;
import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.hasClassesNamed;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.BodyBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;

/** Notes in which request a listener starts to read a body asynchronously. */
final class ListenedStreamInstrumentation implements TypeInstrumentation {

  private final String streamClass;

  ListenedStreamInstrumentation(String streamClass) {
    this.streamClass = streamClass;
  }

  @Override
  public ElementMatcher<ClassLoader> classLoaderOptimization() {
    return hasClassesNamed(streamClass);
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return extendsClass(named(streamClass));
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        named("setReadListener").and(takesArguments(1)).and(not(isAbstract())),
        getClass().getName() + "$ListenAdvice");
  }

  /** Woven into {@code setReadListener(listener)}. */
  @SuppressWarnings("unused")
  public static final class ListenAdvice {

    private ListenAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static void enter(@Advice.Argument(0) Object listener) {
      BodyBridge.listening(listener);
    }
  }
}
