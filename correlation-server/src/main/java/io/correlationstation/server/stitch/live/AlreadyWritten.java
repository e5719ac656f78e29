// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import com.google.protobuf.InvalidProtocolBufferException;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.stitch.Handoff;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Map;

/**
 * What an earlier run has told since the place where this one starts, so that what is decided again
 * is not told again: decisions and synthetic spans by the digest of their bytes, each as often as
 * it was written.
 */
final class AlreadyWritten {

  private record Digest(long high, long low) {}

  private final Map<Digest, Integer> counts = new HashMap<>();
  private final MessageDigest sha256;

  private AlreadyWritten() {
    try {
      sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Collects from the frames after {@code sequence}. */
  static AlreadyWritten after(long sequence, Journal journal) throws IOException {
    AlreadyWritten written = new AlreadyWritten();
    long next = journal.status().nextSequence();
    for (long at = sequence + 1; at < next; at++) {
      Frame frame = journal.read(at);
      if (frame != null && StitchWorker.ORIGIN.equals(frame.headers().get(Frame.ORIGIN))) {
        written.collect(frame);
      }
    }
    return written;
  }

  private void collect(Frame frame) throws IOException {
    if (frame.signal() == Signal.HANDOFFS) {
      for (Handoff handoff : HandoffLines.parse(frame.payload())) {
        add(HandoffLines.line(handoff));
      }
    } else if (frame.signal() == Signal.TRACES) {
      for (Span span : spans(frame)) {
        add(span.toByteArray());
      }
    }
  }

  private static Iterable<Span> spans(Frame frame) throws InvalidProtocolBufferException {
    return ExportTraceServiceRequest.parseFrom(frame.payload()).getResourceSpansList().stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  private void add(byte[] bytes) {
    counts.merge(digest(bytes), 1, Integer::sum);
  }

  /** Whether these bytes were written once more than they were asked for. */
  boolean remove(byte[] bytes) {
    if (counts.isEmpty()) {
      return false;
    }
    Digest digest = digest(bytes);
    if (!counts.containsKey(digest)) {
      return false;
    }
    counts.computeIfPresent(digest, (key, count) -> count == 1 ? null : count - 1);
    return true;
  }

  private Digest digest(byte[] bytes) {
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest(bytes));
    return new Digest(digest.getLong(), digest.getLong());
  }
}
