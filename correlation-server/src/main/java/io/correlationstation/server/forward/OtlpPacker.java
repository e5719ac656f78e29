// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.forward.OtlpBatch.Part;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts frames together into requests of one signal and one tenant, none over the limits but that of
 * a single item.
 */
final class OtlpPacker {

  /** Header of a frame that holds its sender's tenant. */
  static final String TENANT = "x-scope-orgid";

  private record Group(Signal signal, @Nullable String tenant) {}

  private OtlpPacker() {}

  static List<Batch> pack(List<Frame> frames, BatchLimits limits) {
    Map<Group, List<Part>> groups = new LinkedHashMap<>();
    for (Frame frame : frames) {
      Group group = new Group(frame.signal(), frame.headers().get(TENANT));
      List<Part> parts = groups.computeIfAbsent(group, key -> new ArrayList<>());
      parts.addAll(cut(frame, limits));
    }
    List<Batch> batches = new ArrayList<>();
    groups.forEach((group, parts) -> pack(group, parts, limits, batches));
    return batches;
  }

  /** The frame in pieces within the limits; usually one. */
  private static List<Part> cut(Frame frame, BatchLimits limits) {
    List<Part> pieces = new ArrayList<>(1);
    Deque<Part> todo = new ArrayDeque<>();
    todo.push(new Part(frame.payload(), frame.items()));
    while (!todo.isEmpty()) {
      Part part = todo.pop();
      boolean fits =
          part.payload().length <= limits.maxBytes() && part.items() <= limits.maxItems();
      List<Part> halves = fits ? List.of() : OtlpSplitter.halves(frame.signal(), part);
      if (halves.isEmpty()) {
        pieces.add(part);
      } else {
        todo.push(halves.get(1));
        todo.push(halves.get(0));
      }
    }
    return pieces;
  }

  private static void pack(Group group, List<Part> parts, BatchLimits limits, List<Batch> batches) {
    List<Part> open = new ArrayList<>();
    long bytes = 0;
    long items = 0;
    for (Part part : parts) {
      bytes += part.payload().length;
      items += part.items();
      if (!open.isEmpty() && (bytes > limits.maxBytes() || items > limits.maxItems())) {
        batches.add(OtlpBatch.of(group.signal(), group.tenant(), open));
        open.clear();
        bytes = part.payload().length;
        items = part.items();
      }
      open.add(part);
    }
    if (!open.isEmpty()) {
      batches.add(OtlpBatch.of(group.signal(), group.tenant(), open));
    }
  }
}
