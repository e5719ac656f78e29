// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects a response body up to a maximum; one byte more cancels the exchange. */
final class LimitedBody implements BodySubscriber<byte[]> {

  private final long maxBytes;
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final GrowingBuffer buffer = new GrowingBuffer();
  private Flow.@Nullable Subscription subscription;

  private LimitedBody(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  static BodyHandler<byte[]> handler(long maxBytes) {
    return response -> new LimitedBody(maxBytes);
  }

  @Override
  public CompletionStage<byte[]> getBody() {
    return body;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    this.subscription = subscription;
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(List<ByteBuffer> chunks) {
    for (ByteBuffer chunk : chunks) {
      if (buffer.size() + (long) chunk.remaining() > maxBytes) {
        if (subscription != null) {
          subscription.cancel();
        }
        body.completeExceptionally(new OversizeException(maxBytes));
        return;
      }
      buffer.append(chunk);
    }
  }

  @Override
  public void onError(Throwable failure) {
    body.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    body.complete(buffer.toByteArray());
  }

  /** The answer is longer than allowed. */
  static final class OversizeException extends java.io.IOException {
    private static final long serialVersionUID = 1;

    OversizeException(long maxBytes) {
      super("answer longer than " + maxBytes + " bytes");
    }
  }

  private static final class GrowingBuffer extends java.io.ByteArrayOutputStream {
    void append(ByteBuffer chunk) {
      byte[] bytes = new byte[chunk.remaining()];
      chunk.get(bytes);
      writeBytes(bytes);
    }
  }
}
