// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.dynatrace.hash4j.hashing.HashStream128;
import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Remembers requests for a while by a hash of what they were, so that a retry whose first answer
 * got lost is answered again and not stored again.
 *
 * <p>The hash is XXH3 of 128 bits under a secret seed of this process: two bodies that only happen
 * to differ collide with a probability of about 10⁻²⁶ per million remembered, and nobody can look
 * for a collision from outside. Forgets at a restart. At most {@value #MAX_REMEMBERED} requests are
 * remembered. Thread-safe.
 */
final class Duplicates {

  private static final int MAX_REMEMBERED = 500_000;

  private final Hasher128 hasher = Hashing.xxh3_128(new SecureRandom().nextLong());
  private final Cache<HashValue128, CompletableFuture<Outcome>> seen;

  Duplicates(Duration window, Ticker ticker) {
    seen =
        Caffeine.newBuilder()
            .expireAfterWrite(window)
            .maximumSize(MAX_REMEMBERED)
            .ticker(ticker)
            .build();
  }

  HashValue128 identity(Delivery delivery) {
    HashStream128 hash = hasher.hashStream();
    hash.putInt(delivery.signal().ordinal()).putString(text(delivery.tenant()));
    if (delivery.idempotencyKey() != null) {
      hash.putString(delivery.transport()).putString(delivery.idempotencyKey());
    } else {
      hash.putByteArray(delivery.body());
    }
    return hash.get();
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

  private static String text(@Nullable String tenant) {
    return tenant == null ? "" : tenant;
  }
}
