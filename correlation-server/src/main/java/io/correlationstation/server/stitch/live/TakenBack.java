// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import io.correlationstation.server.stitch.Handoff;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How often each link was taken back: one that is made again needs spans of other ids, as those
 * that show it stand downstream with a retraction under them for good.
 *
 * <p>Shape: the latest {@value #MAX_LINKS}; one that was forgotten is shown as if for the first
 * time. Part of the saved state. Not thread-safe.
 */
final class TakenBack {

  private static final int MAX_LINKS = 100_000;

  private final Map<String, Integer> timesById = new LinkedHashMap<>();

  /** For each decision, in the order in which they were told, how often its link was before it. */
  int[] timesBefore(List<Handoff> decisions) {
    int[] times = new int[decisions.size()];
    for (int i = 0; i < times.length; i++) {
      Handoff handoff = decisions.get(i);
      times[i] = timesById.isEmpty() ? 0 : timesById.getOrDefault(handoff.id(), 0);
      if (handoff.takesLinkBack()) {
        remember(handoff.id(), times[i] + 1);
      }
    }
    return times;
  }

  private void remember(String id, int times) {
    timesById.remove(id);
    timesById.put(id, times);
    if (timesById.size() > MAX_LINKS) {
      timesById.remove(timesById.keySet().iterator().next());
    }
  }
}
