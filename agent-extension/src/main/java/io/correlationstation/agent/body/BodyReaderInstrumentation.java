// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.BodyBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Looks at what a reader brings, such as Tomcat's, which bypasses the body stream. */
final class BodyReaderInstrumentation implements TypeInstrumentation {

  private final String readerClass;

  BodyReaderInstrumentation(String readerClass) {
    this.readerClass = readerClass;
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return named(readerClass);
  }

  @Override
  public void transform(TypeTransformer transformer) {
    String self = getClass().getName();
    transformer.applyAdviceToMethod(named("read").and(takesArguments(0)), self + "$CharAdvice");
    transformer.applyAdviceToMethod(
        named("read").and(takesArguments(char[].class)), self + "$AllAdvice");
    transformer.applyAdviceToMethod(
        named("read").and(takesArguments(char[].class, int.class, int.class)),
        self + "$PartAdvice");
    transformer.applyAdviceToMethod(named("readLine").and(takesArguments(0)), self + "$LineAdvice");
  }

  /** Woven into {@code read()}. */
  @SuppressWarnings("unused")
  public static final class CharAdvice {

    private CharAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Object enter(@Advice.This Object stream) {
      return BodyBridge.bodyEnter(stream);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @Advice.Enter @Nullable Object scan,
        @Advice.Return int character,
        @Advice.Thrown @Nullable Throwable failure) {
      BodyBridge.bodyText(scan, failure, character);
    }
  }

  /** Woven into {@code read(chars)}. */
  @SuppressWarnings("unused")
  public static final class AllAdvice {

    private AllAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Object enter(@Advice.This Object stream) {
      return BodyBridge.bodyEnter(stream);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @Advice.Enter @Nullable Object scan,
        @Advice.Argument(0) char[] chars,
        @Advice.Return int count,
        @Advice.Thrown @Nullable Throwable failure) {
      BodyBridge.bodyText(scan, failure, chars, 0, count);
    }
  }

  /** Woven into {@code read(chars, offset, length)}. */
  @SuppressWarnings("unused")
  public static final class PartAdvice {

    private PartAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Object enter(@Advice.This Object stream) {
      return BodyBridge.bodyEnter(stream);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @Advice.Enter @Nullable Object scan,
        @Advice.Argument(0) char[] chars,
        @Advice.Argument(1) int offset,
        @Advice.Return int count,
        @Advice.Thrown @Nullable Throwable failure) {
      BodyBridge.bodyText(scan, failure, chars, offset, count);
    }
  }

  /** Woven into {@code readLine()}. */
  @SuppressWarnings("unused")
  public static final class LineAdvice {

    private LineAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Object enter(@Advice.This Object stream) {
      return BodyBridge.bodyEnter(stream);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @Advice.Enter @Nullable Object scan,
        @Advice.Return @Nullable String line,
        @Advice.Thrown @Nullable Throwable failure) {
      BodyBridge.bodyText(scan, failure, line);
    }
  }
}
