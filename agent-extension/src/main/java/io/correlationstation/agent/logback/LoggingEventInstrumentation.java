// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.logback;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesNoArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/**
 * Adds the keys when an event's MDC is first asked for, which is on the logging thread also with
 * asynchronous appenders, and keeps the result in the event.
 */
final class LoggingEventInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named("ch.qos.logback.classic.spi.LoggingEvent");
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        named("getMDCPropertyMap").and(takesNoArguments()),
        getClass().getName() + "$PropertyMapAdvice");
  }

  /** Woven into {@code getMDCPropertyMap()}. */
  @SuppressWarnings("unused")
  public static final class PropertyMapAdvice {

    private PropertyMapAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(
        @Advice.FieldValue(value = "mdcPropertyMap", readOnly = false)
            @Nullable Map<String, String> kept,
        @Advice.Return(readOnly = false) @Nullable Map<String, String> answer) {
      Map<String, String> withKeys = CorrelationBridge.withKeys(answer);
      if (withKeys != answer) {
        kept = withKeys;
        answer = withKeys;
      }
    }
  }
}
