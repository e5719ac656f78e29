// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Export requests back to back. Concatenating messages merges them in protobuf, and an export
 * request is one repeated field, so a batch costs no parse and unknown fields survive.
 *
 * @param parts each a whole export request, as a sender wrote it or sliced from such a one
 */
record OtlpBatch(Signal signal, @Nullable String tenant, List<Part> parts, int items, int bytes)
    implements Batch {

  /** An export request and how many items it holds. */
  record Part(byte[] payload, int items) {}

  /** A whole frame, whatever is in it. */
  static OtlpBatch of(Frame frame) {
    return of(frame, frame.items());
  }

  /** A frame of which only that many items are meant. */
  static OtlpBatch of(Frame frame, int items) {
    String tenant = frame.headers().get(OtlpPacker.TENANT);
    return of(frame.signal(), tenant, List.of(new Part(frame.payload(), items)));
  }

  static OtlpBatch of(Signal signal, @Nullable String tenant, List<Part> parts) {
    int items = 0;
    int bytes = 0;
    for (Part part : parts) {
      items += part.items();
      bytes += part.payload().length;
    }
    return new OtlpBatch(signal, tenant, List.copyOf(parts), items, bytes);
  }

  /** Whole requests are kept together as long as there are several. */
  @Override
  public List<Batch> halves() {
    if (parts.size() > 1) {
      int middle = parts.size() / 2;
      return List.of(
          of(signal, tenant, parts.subList(0, middle)),
          of(signal, tenant, parts.subList(middle, parts.size())));
    }
    List<Batch> halves = new ArrayList<>(2);
    for (Part half : OtlpSplitter.halves(signal, parts.get(0))) {
      halves.add(of(signal, tenant, List.of(half)));
    }
    return halves;
  }

  @Override
  public DeadLetter.Encoding encoding() {
    return DeadLetter.Encoding.OTLP;
  }

  @Override
  public byte[] payload() {
    if (parts.size() == 1) {
      return parts.get(0).payload();
    }
    ByteBuffer all = ByteBuffer.allocate(bytes);
    parts.forEach(part -> all.put(part.payload()));
    return all.array();
  }
}
