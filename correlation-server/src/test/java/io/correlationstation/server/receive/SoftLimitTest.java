// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journal.Signal;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SoftLimitTest {

  private final ReceiverFixture fixture = new ReceiverFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource({"0,0", "0.79,0", "0.8,0", "0.81,50", "0.9,500", "1,1000", "1.1,1000"})
  void delayMillis_fromFourFifthsOn_growsToASecond(double fullness, long millis) {
    assertThat(SoftLimit.delayMillis(fullness)).isEqualTo(millis);
  }

  @Test
  void post_journalNineTenthsFull_isAcknowledgedLaterOnEveryTransport() {
    fixture.journal.fullness(0.9);

    assertThat(tookNanos(() -> post("/v1/traces"))).isGreaterThan(millis(450));
    try (GrpcClient client = new GrpcClient(fixture.receiver.otlpGrpcPort())) {
      byte[] request = Otlp.traces(1).toByteArray();
      assertThat(tookNanos(() -> client.export(Signal.TRACES, request))).isGreaterThan(millis(450));
    }
    assertThat(fixture.journal.frames()).hasSize(2);
    assertThat(fixture.counted("corr_receiver_delayed_requests", Map.of())).isEqualTo(2);
    fixture.assertAccounting();
  }

  @Test
  void post_journalHalfFull_isNotDelayed() {
    fixture.journal.fullness(0.5);

    post("/v1/traces");

    assertThat(fixture.counted("corr_receiver_delayed_requests", Map.of())).isZero();
  }

  private void post(String path) {
    byte[] request = Otlp.traces(1).toByteArray();
    assertThat(fixture.post(fixture.otlp(path), OtlpDialect.PROTOBUF, request).statusCode())
        .isEqualTo(200);
  }

  private static long tookNanos(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return System.nanoTime() - start;
  }

  private static long millis(long count) {
    return Duration.ofMillis(count).toNanos();
  }
}
