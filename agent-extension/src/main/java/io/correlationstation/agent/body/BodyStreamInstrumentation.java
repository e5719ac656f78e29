// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.body;

import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.extendsClass;
import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.hasClassesNamed;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.not;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;
import static net.bytebuddy.matcher.ElementMatchers.takesArguments;

import io.opentelemetry.javaagent.bootstrap.correlation.BodyBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import java.nio.ByteBuffer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Looks at what {@code read} methods bring, in every subclass of a container's body stream. */
final class BodyStreamInstrumentation implements TypeInstrumentation {

  private final String streamClass;

  BodyStreamInstrumentation(String streamClass) {
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
    applyTo(transformer);
  }

  /** Weaves all {@code read} methods of a stream class. */
  static void applyTo(TypeTransformer transformer) {
    String self = BodyStreamInstrumentation.class.getName();
    ElementMatcher.Junction<MethodDescription> read = named("read").and(not(isAbstract()));
    transformer.applyAdviceToMethod(read.and(takesArguments(0)), self + "$ByteAdvice");
    transformer.applyAdviceToMethod(read.and(takesArguments(byte[].class)), self + "$AllAdvice");
    transformer.applyAdviceToMethod(
        read.and(takesArguments(byte[].class, int.class, int.class)), self + "$PartAdvice");
    transformer.applyAdviceToMethod(
        read.and(takesArguments(1)).and(takesArgument(0, ByteBuffer.class)),
        self + "$BufferAdvice");
  }

  /** Woven into {@code read()}. */
  @SuppressWarnings("unused")
  public static final class ByteAdvice {

    private ByteAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Object enter(@Advice.This Object stream) {
      return BodyBridge.bodyEnter(stream);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @Advice.Enter @Nullable Object scan,
        @Advice.Return int octet,
        @Advice.Thrown @Nullable Throwable failure) {
      BodyBridge.bodyExit(scan, failure, octet);
    }
  }

  /** Woven into {@code read(bytes)}. */
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
        @Advice.Argument(0) byte[] bytes,
        @Advice.Return int count,
        @Advice.Thrown @Nullable Throwable failure) {
      BodyBridge.bodyExit(scan, failure, bytes, 0, count);
    }
  }

  /** Woven into {@code read(bytes, offset, length)}. */
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
        @Advice.Argument(0) byte[] bytes,
        @Advice.Argument(1) int offset,
        @Advice.Return int count,
        @Advice.Thrown @Nullable Throwable failure) {
      BodyBridge.bodyExit(scan, failure, bytes, offset, count);
    }
  }

  /** Woven into {@code read(buffer)} of Servlet 6.1. */
  @SuppressWarnings("unused")
  public static final class BufferAdvice {

    private BufferAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Object enter(
        @Advice.This Object stream,
        @Advice.Argument(0) ByteBuffer buffer,
        @Advice.Local("position") int position) {
      position = buffer.position();
      return BodyBridge.bodyEnter(stream);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @Advice.Enter @Nullable Object scan,
        @Advice.Argument(0) ByteBuffer buffer,
        @Advice.Local("position") int position,
        @Advice.Return int count,
        @Advice.Thrown @Nullable Throwable failure) {
      BodyBridge.bodyExit(scan, failure, buffer, position, count);
    }
  }
}
