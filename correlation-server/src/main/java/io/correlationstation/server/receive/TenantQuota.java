// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much each tenant may send, so that one cannot take the room of all: bytes of bodies a second,
 * decompressed, and at once what {@value #SECONDS_AT_ONCE} seconds allow. Senders that name no
 * tenant are one together.
 *
 * <p>A body passes whole as long as what came before is paid for, so every permitted size passes at
 * some time. Remembers the last {@value #MAX_TENANTS} tenants. Thread-safe.
 */
final class TenantQuota {

  private static final int MAX_TENANTS = 10_000;
  private static final int SECONDS_AT_ONCE = 2;
  private static final int MAX_RETRY_SECONDS = 60;
  private static final int MAX_JITTER_SECONDS = 4;

  /** Until when a tenant's time is spent: each byte takes its share of a second. */
  private static final class Account {
    private long spentUntilNanos;

    Account(long nanos) {
      spentUntilNanos = nanos;
    }
  }

  private final long bytesPerSecond;
  private final LongSupplier nanoTime;
  private final ConcurrentMap<String, Account> accounts =
      Caffeine.newBuilder()
          .maximumSize(MAX_TENANTS)
          .expireAfterAccess(Duration.ofHours(1))
          .<String, Account>build()
          .asMap();

  /**
   * @param bytesPerSecond 0 for no quota
   */
  TenantQuota(long bytesPerSecond, LongSupplier nanoTime) {
    this.bytesPerSecond = bytesPerSecond;
    this.nanoTime = nanoTime;
  }

  /** Charges a body to its tenant, or refuses it until what came before is paid for. */
  void charge(@Nullable String tenant, int bytes) throws Refusal {
    if (bytesPerSecond == 0) {
      return;
    }
    long now = nanoTime.getAsLong();
    long free = now - TimeUnit.SECONDS.toNanos(SECONDS_AT_ONCE);
    Account account =
        accounts.computeIfAbsent(tenant == null ? "" : tenant, name -> new Account(free));
    synchronized (account) {
      long owed = account.spentUntilNanos - now;
      if (owed > 0) {
        throw Refusal.overQuota(bytesPerSecond, retryAfterSeconds(owed));
      }
      long from = account.spentUntilNanos - free < 0 ? free : account.spentUntilNanos;
      account.spentUntilNanos = from + (long) (bytes * 1e9 / bytesPerSecond);
    }
  }

  /** When it is paid for, and a little later for some, so that not all come back at once. */
  private static int retryAfterSeconds(long owedNanos) {
    long paid = Math.min(MAX_RETRY_SECONDS, (owedNanos + 999_999_999L) / 1_000_000_000L);
    return (int) paid + ThreadLocalRandom.current().nextInt(MAX_JITTER_SECONDS + 1);
  }
}
