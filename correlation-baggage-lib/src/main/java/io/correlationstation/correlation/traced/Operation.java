// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import static java.util.Objects.requireNonNull;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Something that a service does again and again under one name: each time a span, and a value in
 * the histogram {@code correlation.operation.duration}.
 *
 * <pre>{@code
 * static final Operation PLACE_ORDER = Operation.command("PlaceOrder");
 *
 * Order placed = PLACE_ORDER.get(request.orderId(), () -> orders.place(request));
 * }</pre>
 *
 * <p>The span is named {@code Command.PlaceOrder} and has the entity's id as attribute {@code
 * entity.id}, cut to 128 characters; an id is never a part of a name. The histogram, in seconds,
 * has {@code operation}, {@code outcome} ({@code success} or {@code failure}) and {@code
 * error.type}. What the work throws is recorded and goes on to the caller unchanged. The span is
 * current while the work runs, and ends with it, or with the {@link CompletionStage} that it
 * returns.
 *
 * <p>Make operations once, as constants. Immutable and thread-safe; without an SDK or agent the
 * work just runs.
 */
public final class Operation {

  private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("operation");
  private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("outcome");

  private final OperationKind kind;
  private final String spanName;
  private final Attributes success;
  private final Attributes failure;

  private Operation(OperationKind kind, String name) {
    this.kind = kind;
    this.spanName = kind.prefix() + "." + requireNonNull(name, "name");
    this.success = Attributes.of(OPERATION, spanName, OUTCOME, "success");
    this.failure = Attributes.of(OPERATION, spanName, OUTCOME, "failure");
  }

  /**
   * An operation of some kind.
   *
   * @param name one of few: names are what dashboards group by
   */
  public static Operation of(OperationKind kind, String name) {
    return new Operation(kind, name);
  }

  public static Operation command(String name) {
    return of(OperationKind.COMMAND, name);
  }

  public static Operation query(String name) {
    return of(OperationKind.QUERY, name);
  }

  public static Operation event(String name) {
    return of(OperationKind.EVENT, name);
  }

  public static Operation repository(String name) {
    return of(OperationKind.REPOSITORY, name);
  }

  /** Does the work. */
  public void run(Runnable work) {
    run(null, work);
  }

  /**
   * Does the work on an entity.
   *
   * @param entityId told by its {@code toString}; null for none
   */
  public void run(@Nullable Object entityId, Runnable work) {
    get(
        entityId,
        () -> {
          work.run();
          return null;
        });
  }

  /** Does the work and returns its result. */
  public <T extends @Nullable Object> T get(Supplier<T> work) {
    return get(null, work);
  }

  /** Does the work on an entity and returns its result. */
  public <T extends @Nullable Object> T get(@Nullable Object entityId, Supplier<T> work) {
    CurrentTelemetry telemetry = CurrentTelemetry.get();
    if (telemetry.isOff()) {
      return work.get();
    }
    Running running = Running.start(telemetry, this, entityId);
    try {
      T result = work.get();
      running.endWith(result);
      return result;
    } catch (Throwable failure) {
      running.fail(failure);
      throw failure;
    } finally {
      running.leave();
    }
  }

  /** Does work that may throw a checked exception, and returns its result. */
  public <T extends @Nullable Object> T call(Callable<T> work) throws Exception {
    return call(null, work);
  }

  /** Does work on an entity that may throw a checked exception, and returns its result. */
  public <T extends @Nullable Object> T call(@Nullable Object entityId, Callable<T> work)
      throws Exception {
    CurrentTelemetry telemetry = CurrentTelemetry.get();
    if (telemetry.isOff()) {
      return work.call();
    }
    Running running = Running.start(telemetry, this, entityId);
    try {
      T result = work.call();
      running.endWith(result);
      return result;
    } catch (Throwable failure) {
      running.fail(failure);
      throw failure;
    } finally {
      running.leave();
    }
  }

  /** A handler that does this operation at each call. */
  public <A, R extends @Nullable Object> Function<A, R> wrap(Function<A, R> handler) {
    return argument -> get(null, () -> handler.apply(argument));
  }

  /**
   * A handler that does this operation at each call.
   *
   * @param entityId takes the id of the entity out of the argument
   */
  public <A, R extends @Nullable Object> Function<A, R> wrap(
      Function<A, R> handler, Function<? super A, ?> entityId) {
    return argument -> get(idOf(entityId, argument), () -> handler.apply(argument));
  }

  /** A handler without a result that does this operation at each call. */
  public <A> Consumer<A> wrapConsumer(Consumer<A> handler) {
    return argument -> run(null, () -> handler.accept(argument));
  }

  /**
   * A handler without a result that does this operation at each call.
   *
   * @param entityId takes the id of the entity out of the argument
   */
  public <A> Consumer<A> wrapConsumer(Consumer<A> handler, Function<? super A, ?> entityId) {
    return argument -> run(idOf(entityId, argument), () -> handler.accept(argument));
  }

  /** Telling the id must not keep the work from being done. */
  private static <A> @Nullable Object idOf(Function<? super A, ?> entityId, A argument) {
    if (CurrentTelemetry.get().isOff()) {
      return null;
    }
    try {
      return entityId.apply(argument);
    } catch (RuntimeException e) {
      return null;
    }
  }

  OperationKind kind() {
    return kind;
  }

  String spanName() {
    return spanName;
  }

  Attributes success() {
    return success;
  }

  Attributes failure() {
    return failure;
  }

  /** Such as {@code Command.PlaceOrder}. */
  @Override
  public String toString() {
    return spanName;
  }
}
