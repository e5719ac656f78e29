// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import static java.util.Objects.requireNonNull;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Wraps an object so that each call through an interface of it is an {@link Operation}.
 *
 * <pre>{@code
 * CircuitRepository circuits = TracedProxy.repository(CircuitRepository.class, inMemory);
 * OrderHandler orders = TracedProxy.commands(OrderHandler.class, new PlaceOrders(circuits));
 * }</pre>
 *
 * <p>Names: a repository's operations after the method ({@code Repository.get}); commands, queries,
 * events and messages after the class of the first argument without the kind at its end ({@code
 * Command.PlaceOrder} for a {@code PlaceOrder} or a {@code PlaceOrderCommand}), or after the method
 * where that tells nothing. The entity's id is the parameter with {@link EntityId}; for a
 * repository otherwise the first one, if it is text, a number or a UUID.
 *
 * <p>A {@code CompletionStage} that is returned is the same object that the target returned; the
 * operation ends with it. With Reactor, each subscription to a {@code Mono} or {@code Flux} is an
 * operation. {@code equals}, {@code hashCode} and {@code toString} are no operations. Where there
 * is neither an SDK nor an agent, the object itself is handed back.
 */
public final class TracedProxy {

  private static final Object[] NO_ARGUMENTS = {};

  private TracedProxy() {}

  /** All methods as commands. */
  public static <T> T commands(Class<T> type, T target) {
    return all(OperationKind.COMMAND, type, target);
  }

  /** All methods as queries. */
  public static <T> T queries(Class<T> type, T target) {
    return all(OperationKind.QUERY, type, target);
  }

  /** All methods as handlers of domain events. */
  public static <T> T events(Class<T> type, T target) {
    return all(OperationKind.EVENT, type, target);
  }

  /** All methods as those of a repository: {@code contains, get, add, update, remove} … */
  public static <T> T repository(Class<T> type, T target) {
    return all(OperationKind.REPOSITORY, type, target);
  }

  /** All methods as sending messages. */
  public static <T> T publisher(Class<T> type, T target) {
    return all(OperationKind.PUBLISH, type, target);
  }

  /** All methods as taking messages. */
  public static <T> T consumer(Class<T> type, T target) {
    return all(OperationKind.CONSUME, type, target);
  }

  /** The methods that have {@link Traced}, in the interface or in the target's class. */
  public static <T> T annotated(Class<T> type, T target) {
    return proxy(type, target, TracedMethods.annotated(target.getClass()));
  }

  private static <T> T all(OperationKind kind, Class<T> type, T target) {
    return proxy(type, target, TracedMethods.all(target.getClass(), kind));
  }

  private static <T> T proxy(Class<T> type, T target, TracedMethods methods) {
    requireNonNull(target, "target");
    if (!type.isInterface()) {
      throw new IllegalArgumentException("type is not an interface: " + type.getName());
    }
    if (!CurrentTelemetry.isPossible()) {
      return target;
    }
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, new Handler(type, target, methods)));
  }

  private static final class Handler implements InvocationHandler {

    private final boolean hidden;
    private final Object target;
    private final TracedMethods methods;

    private Handler(Class<?> type, Object target, TracedMethods methods) {
      this.hidden = !Modifier.isPublic(type.getModifiers());
      this.target = target;
      this.methods = methods;
    }

    @Override
    public @Nullable Object invoke(
        Object proxy, Method method, @Nullable Object @Nullable [] passed) throws Throwable {
      @Nullable Object[] arguments = passed == null ? NO_ARGUMENTS : passed;
      if (method.getDeclaringClass() == Object.class) {
        return ofObject(proxy, method, arguments);
      }
      return methods.call(method, arguments, () -> onTarget(method, arguments));
    }

    /** A proxy equals itself and no other; the rest is the target's. */
    private @Nullable Object ofObject(Object proxy, Method method, @Nullable Object[] arguments)
        throws Throwable {
      return method.getName().equals("equals")
          ? proxy == arguments[0]
          : onTarget(method, arguments);
    }

    private @Nullable Object onTarget(Method method, @Nullable Object[] arguments)
        throws Throwable {
      try {
        if (hidden) {
          method.setAccessible(true); // of an interface that only its own package can see
        }
        return method.invoke(target, arguments);
      } catch (InvocationTargetException e) {
        Throwable cause = e.getCause();
        throw cause == null ? e : cause;
      }
    }
  }
}
