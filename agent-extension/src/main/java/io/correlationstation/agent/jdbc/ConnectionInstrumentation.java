// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.jdbc;

import static io.opentelemetry.javaagent.extension.matcher.AgentElementMatchers.implementsInterface;
import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import io.opentelemetry.javaagent.bootstrap.correlation.CorrelationBridge;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Notes the SQL of statements as connections prepare them. */
final class ConnectionInstrumentation implements TypeInstrumentation {

  @Override
  public ElementMatcher<TypeDescription> typeMatcher() {
    return implementsInterface(named("java.sql.Connection"));
  }

  @Override
  public void transform(TypeTransformer transformer) {
    transformer.applyAdviceToMethod(
        namedOneOf("prepareStatement", "prepareCall")
            .and(isPublic())
            .and(takesArgument(0, String.class)),
        getClass().getName() + "$PrepareAdvice");
  }

  /** Woven into {@code prepareStatement(sql, ...)} and {@code prepareCall(sql, ...)}. */
  @SuppressWarnings("unused")
  public static final class PrepareAdvice {

    private PrepareAdvice() {}

    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(
        @Advice.Argument(0) @Nullable String sql, @Advice.Return @Nullable Object statement) {
      CorrelationBridge.prepared(statement, sql);
    }
  }
}
