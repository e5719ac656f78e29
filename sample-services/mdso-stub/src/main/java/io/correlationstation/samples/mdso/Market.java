// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The resources, in order of creation. Thread-safe: a reader sees each resource at one revision.
 *
 * <p>Keeps at most {@value #MAX_RESOURCES}; past that the oldest goes.
 */
final class Market {

  static final int MAX_RESOURCES = 20_000;

  private final InstantSource clock;
  private final Map<String, Resource> resources = new LinkedHashMap<>();
  private long revision;

  Market(InstantSource clock) {
    this.clock = clock;
    // a restarted stub must not give revisions out again that it gave before
    this.revision = clock.millis();
  }

  synchronized Resource create(
      String label, String typeId, String productId, ObjectNode properties, String orchState) {
    Resource created =
        new Resource(
            UUID.randomUUID().toString(),
            label,
            typeId,
            productId,
            properties,
            orchState,
            "",
            clock.instant(),
            clock.instant(),
            ++revision);
    resources.put(created.id(), created);
    if (resources.size() > MAX_RESOURCES) {
      resources.remove(resources.keySet().iterator().next());
    }
    return created;
  }

  /** Replaces a resource by its changed self, at a new revision; no-op when it is gone. */
  synchronized void update(String id, UnaryOperator<Resource> change) {
    resources.computeIfPresent(
        id, (key, old) -> change.apply(old).revised(clock.instant(), ++revision));
  }

  /** Returns null when there is no such resource. */
  synchronized @Nullable Resource get(String id) {
    return resources.get(id);
  }

  synchronized List<Resource> all() {
    return List.copyOf(resources.values());
  }
}
