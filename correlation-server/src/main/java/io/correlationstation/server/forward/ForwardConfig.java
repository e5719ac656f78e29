// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the journal is forwarded to.
 *
 * @param deadLetterDir folder of the dead-letter files, one a destination; made when missing
 * @param maxDeadLetterBytes size a dead-letter file may reach; past it the destination is held, so
 *     that nothing is thrown away unseen
 * @param destinations any number, with different names
 * @param dropOldest names of those whose oldest frames are dropped when the journal gets full
 *     because only they have not taken them; for all others intake is refused then
 */
public record ForwardConfig(
    Path deadLetterDir,
    long maxDeadLetterBytes,
    List<DestinationConfig> destinations,
    Set<String> dropOldest) {

  public static final long DEFAULT_MAX_DEAD_LETTER_BYTES = 256L << 20;

  public ForwardConfig {
    destinations = List.copyOf(destinations);
    dropOldest = Set.copyOf(dropOldest);
    if (maxDeadLetterBytes < 1) {
      throw new IllegalArgumentException("maxDeadLetterBytes < 1: " + maxDeadLetterBytes);
    }
    Set<String> names = new HashSet<>();
    for (DestinationConfig destination : destinations) {
      if (!names.add(destination.name())) {
        throw new IllegalArgumentException("destinations has a name twice: " + destination.name());
      }
    }
    for (String name : dropOldest) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException("dropOldest names no destination: " + name);
      }
    }
  }

  public static ForwardConfig of(Path deadLetterDir, List<DestinationConfig> destinations) {
    return new ForwardConfig(deadLetterDir, DEFAULT_MAX_DEAD_LETTER_BYTES, destinations, Set.of());
  }

  public ForwardConfig withDropOldest(Set<String> value) {
    return new ForwardConfig(deadLetterDir, maxDeadLetterBytes, destinations, value);
  }
}
