// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Does the methods of one class as {@link Operation}s; what is behind {@link TracedProxy}, for
 * those who make proxies by other means, as our Spring Boot starter does.
 *
 * <p>Thread-safe. Remembers a plan for each method, so its memory follows the code and not the
 * calls.
 */
public final class TracedMethods {

  private final Class<?> targetClass;
  private final @Nullable OperationKind kindOfAll;
  private final ConcurrentMap<Method, Plan> plans = new ConcurrentHashMap<>();

  private TracedMethods(Class<?> targetClass, @Nullable OperationKind kindOfAll) {
    this.targetClass = targetClass;
    this.kindOfAll = kindOfAll;
  }

  /** The methods of a class that have {@link Traced}, there or in an interface of it. */
  public static TracedMethods annotated(Class<?> targetClass) {
    return new TracedMethods(targetClass, null);
  }

  static TracedMethods all(Class<?> targetClass, OperationKind kind) {
    return new TracedMethods(targetClass, kind);
  }

  /** Whether a class or one of its interfaces has {@link Traced} anywhere. */
  public static boolean isAnnotated(Class<?> targetClass) {
    for (Class<?> type = targetClass; type != null; type = type.getSuperclass()) {
      if (hasTraced(type)) {
        return true;
      }
      for (Class<?> implemented : type.getInterfaces()) {
        if (isAnnotated(implemented)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean hasTraced(Class<?> type) {
    if (type.isAnnotationPresent(Traced.class)) {
      return true;
    }
    for (Method method : type.getDeclaredMethods()) {
      if (method.isAnnotationPresent(Traced.class)) {
        return true;
      }
    }
    return false;
  }

  /** The call itself. */
  @FunctionalInterface
  public interface Invocation {
    @Nullable Object proceed() throws Throwable;
  }

  /** Makes a call, as an operation where the method is one. */
  public @Nullable Object call(Method method, @Nullable Object[] arguments, Invocation invocation)
      throws Throwable {
    CurrentTelemetry telemetry = CurrentTelemetry.get();
    if (telemetry.isOff()) {
      return invocation.proceed();
    }
    Plan plan = plans.get(method);
    if (plan == null) {
      plan = plans.computeIfAbsent(method, this::plan);
    }
    Operation operation = plan.operation(arguments);
    if (operation == null) {
      return invocation.proceed();
    }
    Object entityId = plan.entityId(arguments);
    return plan.reactive
        ? ReactorResults.call(operation, entityId, invocation)
        : call(Running.start(telemetry, operation, entityId), invocation);
  }

  private static @Nullable Object call(Running running, Invocation invocation) throws Throwable {
    try {
      Object result = invocation.proceed();
      running.endWith(result);
      return result;
    } catch (Throwable failure) {
      running.fail(failure);
      throw failure;
    } finally {
      running.leave();
    }
  }

  private Plan plan(Method method) {
    Method own = ownVersion(method);
    if (kindOfAll != null) {
      return new Plan(method, own, kindOfAll, "");
    }
    Traced traced = find(method, own);
    return traced == null
        ? new Plan(method, own, null, "")
        : new Plan(method, own, traced.value(), traced.name());
  }

  private @Nullable Traced find(Method method, Method own) {
    AnnotatedElement[] nearestFirst = {own, method, targetClass, method.getDeclaringClass()};
    for (AnnotatedElement element : nearestFirst) {
      Traced traced = element.getAnnotation(Traced.class);
      if (traced != null && (element instanceof Method || Modifier.isPublic(own.getModifiers()))) {
        return traced;
      }
    }
    return null;
  }

  /** The method as the target class has it, or the given one. */
  private Method ownVersion(Method method) {
    try {
      return targetClass.getMethod(method.getName(), method.getParameterTypes());
    } catch (NoSuchMethodException e) {
      return method;
    }
  }

  /** How one method is told. */
  private static final class Plan {

    private final @Nullable OperationKind kind;
    private final @Nullable Operation fixed;
    private final ConcurrentMap<Class<?>, Operation> byArgument = new ConcurrentHashMap<>();
    private final String methodName;
    private final int entityParameter;
    private final boolean reactive;

    Plan(Method method, Method own, @Nullable OperationKind kind, String name) {
      this.kind = kind;
      this.methodName = method.getName();
      this.reactive = ReactorResults.isReactive(method.getReturnType());
      this.entityParameter = entityParameter(method, own);
      this.fixed = kind == null ? null : fixed(kind, method, name);
    }

    /** Null when the name depends on the argument. */
    private static @Nullable Operation fixed(OperationKind kind, Method method, String name) {
      if (!name.isEmpty()) {
        return Operation.of(kind, name);
      }
      boolean byMethod = kind == OperationKind.REPOSITORY || method.getParameterCount() == 0;
      return byMethod ? Operation.of(kind, method.getName()) : null;
    }

    private static int entityParameter(Method method, Method own) {
      for (Method version : new Method[] {own, method}) {
        Annotation[][] parameters = version.getParameterAnnotations();
        for (int i = 0; i < parameters.length; i++) {
          for (Annotation annotation : parameters[i]) {
            if (annotation instanceof EntityId) {
              return i;
            }
          }
        }
      }
      return -1;
    }

    @Nullable Operation operation(@Nullable Object[] arguments) {
      if (kind == null || fixed != null) {
        return fixed;
      }
      Object argument = arguments[0];
      if (argument == null) {
        return Operation.of(kind, methodName);
      }
      Operation known = byArgument.get(argument.getClass());
      return known != null
          ? known
          : byArgument.computeIfAbsent(argument.getClass(), this::ofArgument);
    }

    private Operation ofArgument(Class<?> type) {
      OperationKind known = kind == null ? OperationKind.COMMAND : kind;
      String name = MessageNames.of(type, known);
      return Operation.of(known, name.isEmpty() ? methodName : name);
    }

    @Nullable Object entityId(@Nullable Object[] arguments) {
      if (entityParameter >= 0) {
        return arguments[entityParameter];
      }
      if (kind != OperationKind.REPOSITORY || arguments.length == 0) {
        return null;
      }
      Object first = arguments[0];
      boolean isId =
          first instanceof CharSequence || first instanceof Number || first instanceof UUID;
      return isId ? first : null;
    }
  }
}
