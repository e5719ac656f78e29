// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.library;

import static net.bytebuddy.matcher.ElementMatchers.named;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Answers the two methods that do nothing without the agent. */
final class AgentKeysInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named("io.correlationstation.correlation.AgentKeys");
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(named("get"), getClass().getName() + "$GetAdvice");
    transformer.applyAdviceToMethod(named("put"), getClass().getName() + "$PutAdvice");
  }

  /** Woven into {@code get(name)}. */
  @SuppressWarnings("unused")
  public static final class GetAdvice {

    private GetAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(
        @Advice.Argument(0) String name, @Advice.Return(readOnly = false) @Nullable String value) {
      value = CorrelationBridge.get(name, value);
    }
  }

  /** Woven into {@code put(name, value)}. */
  @SuppressWarnings("unused")
  public static final class PutAdvice {

    private PutAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(
        @Advice.Argument(0) String name,
        @Advice.Argument(1) String value,
        @Advice.Return(readOnly = false) boolean kept) {
      kept = CorrelationBridge.put(name, value);
    }
  }
}
