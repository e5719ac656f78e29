// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.correlationstation.server.journal.Signal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TenantQuotaTest {

  private static final int RATE = 1000;

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);
  private final TenantQuota quota = new TenantQuota(RATE, now::get);

  @Test
  void charge_withinTheRate_passes() {
    for (int second = 0; second < 20; second++) {
      assertThatCode(() -> quota.charge("a", RATE)).doesNotThrowAnyException();
      later(Duration.ofSeconds(1));
    }
  }

  @Test
  void charge_beyondTheRate_isRefusedUntilItIsPaidFor() throws Refusal {
    quota.charge("a", 2 * RATE);
    quota.charge("a", 3 * RATE);

    Refusal refusal = refusal("a");

    assertThat(refusal.kind().httpStatus).isEqualTo(429);
    assertThat(refusal.kind().grpcCode).isEqualTo(8);
    assertThat(refusal.retryAfterSeconds()).isBetween(3, 8);
    later(Duration.ofMillis(2999));
    assertThat(refusal("a").retryAfterSeconds()).isBetween(1, 5);
    later(Duration.ofMillis(1));
    quota.charge("a", 1);
  }

  @Test
  void charge_oneTenantBeyondTheRate_othersPass() throws Refusal {
    quota.charge("a", 100 * RATE);

    refusal("a");
    quota.charge("b", RATE);
    quota.charge(null, RATE);
  }

  @Test
  void charge_bodyLargerThanTheBurst_passesAndIsPaidForAfterwards() throws Refusal {
    quota.charge("a", 64 * RATE);

    later(Duration.ofSeconds(61));
    refusal("a");
    later(Duration.ofSeconds(1));
    quota.charge("a", 64 * RATE);
  }

  @Test
  void charge_quietTenant_savesTwoSecondsOnly() throws Refusal {
    quota.charge("a", 1);
    later(Duration.ofMinutes(30));

    quota.charge("a", 3 * RATE);

    refusal("a");
  }

  @Test
  void charge_noQuota_passes() {
    TenantQuota none = new TenantQuota(0, now::get);

    assertThatCode(() -> none.charge("a", Integer.MAX_VALUE)).doesNotThrowAnyException();
    assertThatCode(() -> none.charge("a", Integer.MAX_VALUE)).doesNotThrowAnyException();
  }

  @Test
  void post_tenantBeyondItsRate_is429AndStoresNothing() {
    try (ReceiverFixture fixture =
        new ReceiverFixture(settings -> settings.tenantBytesPerSecond(1))) {
      byte[] first = Otlp.traces(3).toByteArray();
      byte[] second = Otlp.traces(4).toByteArray();

      assertThat(fixture.postTraces(first, "X-Scope-OrgID", "a").statusCode()).isEqualTo(200);
      HttpResponse<byte[]> refused = fixture.postTraces(second, "X-Scope-OrgID", "a");
      HttpResponse<byte[]> other = fixture.postTraces(second, "X-Scope-OrgID", "b");

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 64L);
      assertThat(other.statusCode()).isEqualTo(200);
      assertThat(fixture.journal.frames())
          .extracting(frame -> frame.signal() + " " + frame.items())
          .containsExactly(Signal.TRACES + " 3", Signal.TRACES + " 4");
      assertThat(
              fixture.counted(
                  "corr_receiver_refused_requests", Map.of("status", "429", "reason", "quota")))
          .isEqualTo(1);
      fixture.assertAccounting();
    }
  }

  private Refusal refusal(String tenant) {
    Refusal refusal = catchThrowableOfType(Refusal.class, () -> quota.charge(tenant, 1));
    assertThat(refusal).as("refused").isNotNull();
    return refusal;
  }

  private void later(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
