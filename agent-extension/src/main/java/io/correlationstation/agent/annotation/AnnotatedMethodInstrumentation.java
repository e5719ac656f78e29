// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.annotation;

import static io.correlationstation.agent.annotation.AnnotatedMethods.CORRELATED;
import static io.correlationstation.agent.annotation.AnnotatedMethods.annotated;
import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.hasClassesNamed;
import static net.bytebuddy.matcher.ElementMatchers.declaresMethod;
import static net.bytebuddy.matcher.ElementMatchers.isAbstract;
import static net.bytebuddy.matcher.ElementMatchers.not;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.implementation.bytecode.constant.TextConstant;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Weaves annotated methods. */
final class AnnotatedMethodInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<ClassLoader> classLoaderOptimization() {
    return hasClassesNamed(CORRELATED);
  }

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return declaresMethod(annotated());
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        annotated().and(not(isAbstract())),
        mapping ->
            mapping.bind(
                KeySpec.class,
                (type, method, assigner, arguments, sort) ->
                    new Advice.OffsetMapping.Target.ForStackManipulation(
                        new TextConstant(AnnotatedMethods.spec(method)))),
        getClass().getName() + "$MethodAdvice");
  }

  /** Woven into annotated methods. */
  @SuppressWarnings("unused")
  public static final class MethodAdvice {

    private MethodAdvice() {}

    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static @Nullable Object enter(
        @KeySpec String spec, @Advice.AllArguments Object[] arguments) {
      return CorrelationBridge.methodEnter(spec, arguments);
    }

    @Advice.OnMethodExit(suppress = Throwable.class, onThrowable = Throwable.class)
    public static void exit(
        @KeySpec String spec,
        @Advice.Enter @Nullable Object scope,
        @Advice.Return(typing = Assigner.Typing.DYNAMIC) @Nullable Object result) {
      CorrelationBridge.methodExit(spec, scope, result);
    }
  }
}
