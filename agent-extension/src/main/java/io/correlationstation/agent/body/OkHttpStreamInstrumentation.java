// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Notes which streams of Okio, that read anything, are bodies of responses. */
final class OkHttpStreamInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named("okhttp3.ResponseBody");
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        named("byteStream").and(takesArguments(0)), getClass().getName() + "$StreamAdvice");
  }

  /** Woven into {@code byteStream()}. */
  @SuppressWarnings("unused")
  public static final class StreamAdvice {

    private StreamAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(@Advice.Return @Nullable Object stream) {
      CorrelationBridge.observe(stream);
    }
  }
}
