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
import org.jspecify.annotations.Nullable;

/**
 * Notes what the bodies of OkHttp's responses read from. All their ways of reading, as text, bytes,
 * stream, reader or source, begin with {@code source()}.
 */
final class OkHttpBodyInstrumentation implements TypeInstrumentation {

  private static final String BODY = "okhttp3.ResponseBody";

  @Override
  public ElementMatcher<ClassLoader> classLoaderOptimization() {
    return hasClassesNamed(BODY);
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return extendsClass(named(BODY));
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        named("source").and(takesArguments(0)).and(not(isAbstract())),
        getClass().getName() + "$SourceAdvice");
  }

  /** Woven into {@code source()}. */
  @SuppressWarnings("unused")
  public static final class SourceAdvice {

    private SourceAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(@Advice.Return @Nullable Object source) {
      BodyBridge.observe(source);
    }
  }
}
