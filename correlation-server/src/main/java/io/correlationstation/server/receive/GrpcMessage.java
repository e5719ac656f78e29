// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * A request message as bytes, or why it is refused. A marshaller that threw would make grpc answer
 * UNKNOWN, which clients do not retry.
 */
record GrpcMessage(byte[] bytes, @Nullable Refusal refusal, ByteBudget.Lease lease) {

  private static final byte[] NOTHING = {};

  /** Reads messages into memory of the budget. */
  static MethodDescriptor.Marshaller<GrpcMessage> marshaller(int limit, ByteBudget budget) {
    return new MethodDescriptor.Marshaller<>() {
      @Override
      public InputStream stream(GrpcMessage message) {
        return new ByteArrayInputStream(message.bytes);
      }

      @Override
      public GrpcMessage parse(InputStream stream) {
        ByteBudget.Lease lease = GrpcInbound.lease(budget);
        Refusal before = GrpcInbound.refusal();
        if (before != null) {
          return new GrpcMessage(NOTHING, before, lease);
        }
        try {
          return new GrpcMessage(readAll(stream, new GrowingBody(limit, lease)), null, lease);
        } catch (RefusedStream e) {
          return new GrpcMessage(NOTHING, e.refusal(), lease);
        } catch (Refusal e) {
          return new GrpcMessage(NOTHING, e, lease);
        } catch (IOException | RuntimeException e) {
          return new GrpcMessage(NOTHING, Refusal.badRequest("unreadable message"), lease);
        } catch (OutOfMemoryError e) {
          return new GrpcMessage(NOTHING, Refusal.noMemory(), lease);
        } finally {
          GrpcInbound.messageRead();
        }
      }
    };
  }

  private static byte[] readAll(InputStream in, GrowingBody body) throws IOException, Refusal {
    body.expect(in.available());
    int next;
    while ((next = in.read()) >= 0) {
      int available = in.available();
      byte[] room = body.room(1 + available);
      room[body.size()] = (byte) next;
      body.advance(1 + Math.max(0, in.read(room, body.size() + 1, available)));
    }
    return body.toByteArray();
  }

  /** A {@link Refusal} on its way through a stream. */
  static final class RefusedStream extends IOException {

    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    RefusedStream(Refusal refusal) {
      super(refusal.text());
      this.refusal = refusal;
    }

    Refusal refusal() {
      return refusal;
    }
  }
}
