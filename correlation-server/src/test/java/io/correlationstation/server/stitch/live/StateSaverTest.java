// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.admission.Admission;
import io.correlationstation.server.stitch.HandoffSink;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.Stitcher;
import io.correlationstation.server.stitch.live.SavedState.State;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateSaverTest {

  @TempDir private Path directory;

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final StitchConfig config = StitchConfig.defaults();
  private final HandoffSink sink = handoff -> {};
  private final Stitcher stitcher = Stitcher.create(config, sink);
  private final StitchMetrics metrics = new StitchMetrics(registry, stitcher::statistics, () -> 0L);
  private SavedState file;
  private StateSaver saver;

  @BeforeEach
  void open() {
    file = new SavedState(directory.resolve("state"), config, List.of(config, sink));
    saver = new StateSaver(file, metrics);
  }

  @AfterEach
  void close() {
    saver.close();
  }

  @Test
  void save_letsGoOfFramesOnce_afterTheFileIsInItsPlace() throws Exception {
    saver.save(state(7), 5);

    assertThat(saver.isUnderWay()).isTrue();
    assertThat(saver.awaitInPlace()).isEqualTo(5);
    assertThat(file.read()).extracting(State::sequence).isEqualTo(7L);
    assertThat(saver.isUnderWay()).isFalse();
    assertThat(saver.nextInPlace()).isEqualTo(StateSaver.NONE);
  }

  @Test
  void nextInPlace_withoutWaiting_comesToTheNewestState() throws Exception {
    saver.save(state(7), 5);
    saver.awaitInPlace();
    saver.save(state(9), 8);

    await().until(saver::nextInPlace, safe -> safe == 8);
    assertThat(file.read()).extracting(State::sequence).isEqualTo(9L);
  }

  @Test
  void save_fileCannotBePutInPlace_letsGoOfNothing_andIsCounted() throws Exception {
    Files.createDirectories(directory.resolve("state").resolve("taken"));

    saver.save(state(7), 5);

    assertThat(saver.awaitInPlace()).isEqualTo(StateSaver.NONE);
    assertThat(saver.isUnderWay()).isFalse();
    assertThat(failures()).isEqualTo(1);
  }

  @Test
  void save_fileCannotBeWritten_isCounted() throws IOException, InterruptedException {
    Files.delete(directory);

    saver.save(state(7), 5);

    assertThat(saver.isUnderWay()).isFalse();
    assertThat(saver.awaitInPlace()).isEqualTo(StateSaver.NONE);
    assertThat(failures()).isEqualTo(1);
  }

  private State state(long sequence) {
    return new State(
        stitcher,
        new Horizon(Duration.ofMinutes(1)),
        metrics.calibration(),
        new Admission(1, 1, 1, 1),
        new JourneyTraces(),
        new TakenBack(),
        sequence,
        0,
        0);
  }

  private double failures() {
    return registry.scrape(name -> name.equals("corr_stitch_state_failures_total")).stream()
        .flatMap(snapshot -> ((CounterSnapshot) snapshot).getDataPoints().stream())
        .mapToDouble(CounterSnapshot.CounterDataPointSnapshot::getValue)
        .sum();
  }
}
