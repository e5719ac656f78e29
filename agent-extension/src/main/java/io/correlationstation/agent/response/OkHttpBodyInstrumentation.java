// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.response;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Looks at what the body of an OkHttp response is read as. */
final class OkHttpBodyInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named("okhttp3.ResponseBody");
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        named("string").and(takesArguments(0)), getClass().getName() + "$StringAdvice");
  }

  /** Woven into {@code string()}. */
  @SuppressWarnings("unused")
  public static final class StringAdvice {

    private StringAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(@Advice.Return @Nullable String text) {
      CorrelationBridge.response(text);
    }
  }
}
