// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.util.HexFormat;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an earlier run has told since the place where this one starts, so that what is decided again
 * is not told again, each as often as it was written. Decisions are known by what they decide and
 * spans by their ids: where the model had to be learnt anew, another confidence is no reason to
 * send a bridge twice.
 */
final class AlreadyWritten {

  private record Digest(long high, long low) {}

  private static final Logger LOGGER = LoggerFactory.getLogger(AlreadyWritten.class);
  private static final HexFormat HEX = HexFormat.of();

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
      if (frame != null && DecisionWriter.ORIGIN.equals(frame.headers().get(Frame.ORIGIN))) {
        written.collect(frame);
      }
    }
    return written;
  }

  /** What cannot be read is told once more, which is better than not to start. */
  private void collect(Frame frame) {
    try {
      if (frame.signal() == Signal.HANDOFFS) {
        HandoffLines.parse(frame.payload()).forEach(handoff -> add(text(handoff)));
      } else if (frame.signal() == Signal.TRACES) {
        spans(frame).forEach(span -> add(text(span)));
      }
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      LOGGER.warn("what stitching wrote before is not readable and may be told once more", e);
    }
  }

  private static Iterable<Span> spans(Frame frame) throws InvalidProtocolBufferException {
    return ExportTraceServiceRequest.parseFrom(frame.payload()).getResourceSpansList().stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .flatMap(scope -> scope.getSpansList().stream())
        .toList();
  }

  /** Whether this decision was written once more than it was asked for. */
  boolean remove(Handoff handoff) {
    return !counts.isEmpty() && remove(text(handoff));
  }

  /** Whether this span was written once more than it was asked for. */
  boolean remove(Span span) {
    return !counts.isEmpty() && remove(text(span));
  }

  private boolean remove(String what) {
    Digest digest = digest(what);
    if (!counts.containsKey(digest)) {
      return false;
    }
    counts.computeIfPresent(digest, (key, count) -> count == 1 ? null : count - 1);
    return true;
  }

  private void add(String what) {
    counts.merge(digest(what), 1, Integer::sum);
  }

  private static String text(Handoff handoff) {
    return "handoff " + handoff.id() + ' ' + handoff.state() + ' ' + handoff.supersedes();
  }

  private static String text(Span span) {
    return "span "
        + HEX.formatHex(span.getTraceId().toByteArray())
        + HEX.formatHex(span.getSpanId().toByteArray());
  }

  private Digest digest(String what) {
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest(what.getBytes(UTF_8)));
    return new Digest(digest.getLong(), digest.getLong());
  }
}
