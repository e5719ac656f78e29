// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Memory for what a call has sent so far, which grpc-java collects before anyone gets to see the
 * message. A call that finds none is told at once, not when its message is whole.
 */
final class GrpcInbound extends ServerStreamTracer {

  private static final Context.Key<GrpcInbound> KEY = Context.key("grpc-inbound");

  private final ByteBudget.Lease wire;
  private @Nullable Consumer<Refusal> listener;
  private @Nullable Refusal refusal;
  private boolean closed;

  private GrpcInbound(ByteBudget.Lease wire) {
    this.wire = wire;
  }

  static ServerStreamTracer.Factory factory(ByteBudget budget) {
    return new ServerStreamTracer.Factory() {
      @Override
      public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new GrpcInbound(budget.lease());
      }
    };
  }

  /** A lease for another step of the call whose context this is. */
  static ByteBudget.Lease lease(ByteBudget budget) {
    GrpcInbound current = KEY.get();
    return current == null ? budget.lease() : current.wire.beside();
  }

  /** Gives the listener the refusal of the current call, at once or when it comes, if ever. */
  static void whenRefused(Consumer<Refusal> listener) {
    GrpcInbound current = KEY.get();
    Refusal known = current == null ? null : current.listen(listener);
    if (known != null) {
      listener.accept(known);
    }
  }

  /** Why the current call found no memory, or null. */
  static @Nullable Refusal refusal() {
    GrpcInbound current = KEY.get();
    return current == null ? null : current.known();
  }

  private synchronized @Nullable Refusal known() {
    return refusal;
  }

  private synchronized @Nullable Refusal listen(Consumer<Refusal> newListener) {
    listener = newListener;
    return refusal;
  }

  @Override
  public Context filterContext(Context context) {
    return context.withValue(KEY, this);
  }

  @Override
  public void inboundWireSize(long bytes) {
    Consumer<Refusal> told;
    Refusal why;
    synchronized (this) {
      if (closed || refusal != null) {
        return;
      }
      try {
        wire.take(bytes);
        return;
      } catch (Refusal e) {
        refusal = e;
        wire.close();
        why = e;
        told = listener;
      }
    }
    if (told != null) {
      told.accept(why);
    }
  }

  /** The message was read; grpc-java lets go of its bytes. */
  static void messageRead() {
    GrpcInbound current = KEY.get();
    if (current != null) {
      current.wire.close();
    }
  }

  @Override
  public synchronized void streamClosed(Status status) {
    closed = true;
    wire.close();
  }
}
