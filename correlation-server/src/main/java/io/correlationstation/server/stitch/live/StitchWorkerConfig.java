// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.util.Objects.requireNonNull;

import io.correlationstation.server.stitch.StitchConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * How to run a stitcher on a journal.
 *
 * @param systemOfService what people call the system behind a service, such as {@code mdso} for
 *     {@code mdso-scriptplan}; a service without an entry is called by its own name
 * @param stateFile where the stitcher's state is kept over a restart
 * @param saveEvery how often it is saved at most; also what a crash makes the next start read again
 * @param polledSources whether sources are polled: traces are then kept until their spans may come
 * @param journeyTraces whether what happens on a circuit is also told as one trace a day
 */
public record StitchWorkerConfig(
    StitchConfig stitching,
    Map<String, String> systemOfService,
    Path stateFile,
    Duration saveEvery,
    boolean polledSources,
    boolean journeyTraces) {

  private static final Duration SAVE_EVERY = Duration.ofMinutes(5);

  public StitchWorkerConfig {
    requireNonNull(stitching, "stitching");
    requireNonNull(stateFile, "stateFile");
    systemOfService = Map.copyOf(systemOfService);
    if (saveEvery.isNegative() || saveEvery.isZero()) {
      throw new IllegalArgumentException("saveEvery <= 0: " + saveEvery);
    }
  }

  /** The state in {@code directory}, saved every five minutes and when the worker is closed. */
  public static StitchWorkerConfig inDirectory(
      Path directory, StitchConfig stitching, Map<String, String> systemOfService) {
    return new StitchWorkerConfig(
        stitching, systemOfService, directory.resolve("stitch.state"), SAVE_EVERY, false, false);
  }

  public StitchWorkerConfig withPolledSources(boolean polled) {
    return new StitchWorkerConfig(
        stitching, systemOfService, stateFile, saveEvery, polled, journeyTraces);
  }

  public StitchWorkerConfig withJourneyTraces(boolean wanted) {
    return new StitchWorkerConfig(
        stitching, systemOfService, stateFile, saveEvery, polledSources, wanted);
  }

  /** Where persons' rulings are kept for good. */
  Path rulingFile() {
    return stateFile.resolveSibling("stitch.rulings");
  }
}
