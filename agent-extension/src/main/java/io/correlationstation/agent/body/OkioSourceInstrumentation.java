// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.hasClassesNamed;
import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.implementsInterface;
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
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what sources of Okio bring, where {@link OkHttpBodyInstrumentation} has noted them. They
 * append to a buffer; its end is copied while a key is missing.
 */
final class OkioSourceInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<ClassLoader> classLoaderOptimization() {
    return hasClassesNamed(ResponseReading.OKIO_SOURCE);
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return implementsInterface(named(ResponseReading.OKIO_SOURCE));
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        named("read").and(takesArguments(Buffer.class, long.class)).and(not(isAbstract())),
        getClass().getName() + "$ReadAdvice");
  }

  /** Woven into {@code read(sink, byteCount)}. */
  @SuppressWarnings("unused")
  public static final class ReadAdvice {

    private ReadAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Object enter(@Advice.This Object source) {
      return BodyBridge.bodyEnter(source);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @Advice.Enter @Nullable Object scan,
        @Advice.Argument(0) Buffer sink,
        @Advice.Return long count,
        @Advice.Thrown @Nullable Throwable failure) {
      if (scan == null) {
        return;
      }
      byte[] bytes = {};
      if (count > 0) {
        Buffer end = new Buffer();
        sink.copyTo(end, sink.size() - count, count);
        bytes = end.readByteArray();
      }
      BodyBridge.bodyExit(scan, failure, bytes, 0, (int) count);
    }
  }
}
