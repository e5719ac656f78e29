// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PaceTest {

  private final Pace pace = pace(1, 1, 0.3);

  @Test
  void ofOrder_sameSeedAndOrder_drawsTheSame() {
    assertThat(draw(pace.ofOrder(7))).isEqualTo(draw(pace(1, 1, 0.3).ofOrder(7)));
  }

  @Test
  void ofOrder_otherOrderOrSeed_drawsOther() {
    assertThat(draw(pace.ofOrder(7))).isNotEqualTo(draw(pace.ofOrder(8)));
    assertThat(draw(pace.ofOrder(7))).isNotEqualTo(draw(pace(2, 1, 0.3).ofOrder(7)));
  }

  @Test
  void stage_manyOrders_staysWithinTheJitterAndUsesIt() {
    List<Duration> stages =
        LongStream.range(0, 1_000).mapToObj(n -> pace.ofOrder(n).stage()).sorted().toList();

    assertThat(stages.get(0)).isBetween(Duration.ofMillis(1_400), Duration.ofMillis(1_450));
    assertThat(stages.get(999)).isBetween(Duration.ofMillis(2_550), Duration.ofMillis(2_600));
  }

  @Test
  void lengths_speed_dividesThem() {
    Pace.Lengths lengths = pace(1, 10, 0).ofOrder(0);

    assertThat(lengths.queue()).isEqualTo(Duration.ofMillis(70));
    assertThat(lengths.stage()).isEqualTo(Duration.ofMillis(200));
    assertThat(lengths.halfStage()).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void new_impossibleValues_areRefusedByName() {
    assertThatThrownBy(() -> pace(1, 0, 0.3)).hasMessageStartingWith("MDSO_STUB_SPEED");
    assertThatThrownBy(() -> pace(1, Double.NaN, 0.3)).hasMessageStartingWith("MDSO_STUB_SPEED");
    assertThatThrownBy(() -> pace(1, 1, 1)).hasMessageStartingWith("MDSO_STUB_JITTER");
    assertThatThrownBy(() -> pace(1, 1, -0.1)).hasMessageStartingWith("MDSO_STUB_JITTER");
  }

  private static List<Duration> draw(Pace.Lengths lengths) {
    return List.of(lengths.queue(), lengths.stage(), lengths.halfStage());
  }

  private static Pace pace(long seed, double speed, double jitter) {
    return new Pace(seed, speed, jitter, Duration.ofMillis(700), Duration.ofMillis(2_000));
  }
}
