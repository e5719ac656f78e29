// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.correlationstation.server.journal.Signal;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Remembers requests for a while by a hash of what they were, so that a retry whose first answer
 * got lost is answered again and not stored again.
 *
 * <p>The hash is XXH3 of 128 bits under a secret seed: two bodies that only happen to differ
 * collide with a probability of about 10⁻²⁶ per million remembered, and nobody can look for a
 * collision from outside. At most 500 000 requests are remembered, fewer when they would take more
 * than about a sixth of the heap; {@link Recollection} fills them in after a restart. Thread-safe.
 */
final class Duplicates {

  private static final long MAX_REMEMBERED =
      Math.min(500_000, Runtime.getRuntime().maxMemory() / 1024);

  private final Hasher128 hasher;
  private final Cache<HashValue128, CompletableFuture<Outcome>> seen;

  /**
   * @param secret a seed that stays the same over restarts, or 0 for one of this process
   */
  Duplicates(Duration window, Ticker ticker, long secret) {
    hasher = Hashing.xxh3_128(secret == 0 ? new SecureRandom().nextLong() : secret);
    seen =
        Caffeine.newBuilder()
            .expireAfterWrite(window)
            .maximumSize(MAX_REMEMBERED)
            .ticker(ticker)
            .build();
  }

  /**
   * What makes two requests the same one. The bytes alone do when they are OTLP in protobuf, which
   * both transports read alike; of other bytes what they mean depends on the path and its query.
   */
  HashValue128 identity(Delivery delivery) {
    String key = delivery.idempotencyKey();
    if (key != null) {
      return start(delivery.signal(), delivery.tenant())
          .putString(delivery.transport())
          .putString(key)
          .get();
    }
    if (delivery.otlpProtobuf()) {
      return identity(delivery.signal(), delivery.tenant(), delivery.body());
    }
    String parameter = delivery.parameter();
    return start(delivery.signal(), delivery.tenant())
        .putString(delivery.transport())
        .putString(delivery.contentType())
        .putString(parameter == null ? "" : parameter)
        .putByteArray(delivery.body())
        .get();
  }

  /** The identity of OTLP in protobuf, sent without an idempotency key. */
  HashValue128 identity(Signal signal, @Nullable String tenant, byte[] body) {
    return start(signal, tenant).putByteArray(body).get();
  }

  private HashStream128 start(Signal signal, @Nullable String tenant) {
    return hasher.hashStream().putInt(signal.ordinal()).putString(tenant == null ? "" : tenant);
  }

  /**
   * Claims the request for {@code outcome}.
   *
   * @return null when it is new, else the outcome of the one before, maybe not complete yet
   */
  @Nullable CompletableFuture<Outcome> claim(
      HashValue128 identity, CompletableFuture<Outcome> outcome) {
    return seen.asMap().putIfAbsent(identity, outcome);
  }

  /** The request was not stored, or would be another event if it came again. */
  void forget(HashValue128 identity, CompletableFuture<Outcome> outcome) {
    seen.asMap().remove(identity, outcome);
  }

  /** The request was stored in an earlier run. */
  void remember(HashValue128 identity, Outcome outcome) {
    seen.put(identity, CompletableFuture.completedFuture(outcome));
  }
}
