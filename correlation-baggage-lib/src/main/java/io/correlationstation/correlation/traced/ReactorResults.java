// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import io.correlationstation.correlation.telemetry.CurrentTelemetry;
import io.correlationstation.correlation.traced.TracedMethods.Invocation;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Operations that answer with a {@code Mono} or a {@code Flux}: each subscription is one, below the
 * span that was current when the method was called. The only class that needs Reactor; its types
 * are touched only where the JVM has them.
 */
final class ReactorResults {

  private static final boolean PRESENT =
      CurrentTelemetry.isPresent(
          "reactor.core.publisher.Mono", ReactorResults.class.getClassLoader());

  private ReactorResults() {}

  static boolean isReactive(Class<?> returnType) {
    return PRESENT
        && (returnType.getName().equals("reactor.core.publisher.Mono")
            || returnType.getName().equals("reactor.core.publisher.Flux"));
  }

  static @Nullable Object call(
      Operation operation, @Nullable Object entityId, Invocation invocation) throws Throwable {
    Context caller = Context.current();
    Object result;
    try {
      result = invocation.proceed();
    } catch (Throwable failure) { // before there was anything to subscribe to
      Running running = Running.start(CurrentTelemetry.get(), operation, entityId);
      running.fail(failure);
      running.leave();
      throw failure;
    }
    if (result instanceof Mono) {
      return each((Mono<?>) result, operation, entityId, caller);
    }
    return result instanceof Flux ? each((Flux<?>) result, operation, entityId, caller) : result;
  }

  private static <T> Mono<T> each(
      Mono<T> result, Operation operation, @Nullable Object entityId, Context caller) {
    return Mono.fromDirect(
        subscriber -> {
          try (Scope scope = caller.makeCurrent()) {
            Running running = Running.start(CurrentTelemetry.get(), operation, entityId);
            Ending ending = new Ending(running);
            result
                .doOnError(ending::failed)
                .doOnSuccess(value -> ending.completed())
                .doOnCancel(ending::cancelled)
                .subscribe(subscriber);
            running.leaveOpen();
          }
        });
  }

  private static <T> Flux<T> each(
      Flux<T> result, Operation operation, @Nullable Object entityId, Context caller) {
    return Flux.from(
        subscriber -> {
          try (Scope scope = caller.makeCurrent()) {
            Running running = Running.start(CurrentTelemetry.get(), operation, entityId);
            Ending ending = new Ending(running);
            result
                .doOnError(ending::failed)
                .doOnComplete(ending::completed)
                .doOnCancel(ending::cancelled)
                .subscribe(subscriber);
            running.leaveOpen();
          }
        });
  }

  /** The first signal ends the operation; a cancellation may come beside another one. */
  private static final class Ending {

    private final Running running;
    private final AtomicBoolean ended = new AtomicBoolean();

    Ending(Running running) {
      this.running = running;
    }

    void completed() {
      end(null);
    }

    void failed(Throwable failure) {
      end(failure);
    }

    void cancelled() {
      end(new CancellationException("cancelled"));
    }

    private void end(@Nullable Throwable failure) {
      if (ended.compareAndSet(false, true)) {
        running.end(failure);
      }
    }
  }
}
