// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.google.protobuf.CodedInputStream;
import io.correlationstation.server.forward.FakeBackend.Reply;
import io.correlationstation.server.forward.FakeBackend.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.xerial.snappy.Snappy;

/**
 * Loki's distributor and ingester as far as a sender can tell, with its default limits: good
 * entries of a bad request are stored and the answer is 400, an entry more than an hour behind its
 * stream's newest is refused, one that equals a stored entry is dropped without a word.
 */
public final class FakeLoki implements AutoCloseable {

  /** A stored line. */
  public record Stored(String stream, long nanos, String line, Map<String, String> metadata) {}

  private static final int MAX_LABELS = 15;
  private static final int MAX_LABEL_VALUE = 2048;
  private static final int MAX_LINE = 256 * 1024;
  private static final int MAX_METADATA_BYTES = 64 * 1024;
  private static final int MAX_METADATA = 128;
  private static final Duration MAX_AGE = Duration.ofHours(168);
  private static final Duration GRACE = Duration.ofMinutes(10);
  private static final Duration MAX_BEHIND = Duration.ofHours(1);

  private final FakeBackend backend;
  private final Clock clock;
  private final Set<Stored> stored = new LinkedHashSet<>();
  private final Map<String, Long> newest = new LinkedHashMap<>();
  private volatile String refusedLine = "";

  private FakeLoki(Clock clock) throws IOException {
    this.clock = clock;
    this.backend = FakeBackend.start(this::handle);
  }

  public static FakeLoki start() throws IOException {
    return new FakeLoki(Clock.systemUTC());
  }

  public FakeBackend backend() {
    return backend;
  }

  /** An entry with this line is refused, as by a limit that the sender does not know of. */
  public void refuse(String line) {
    refusedLine = line;
  }

  public synchronized List<Stored> stored() {
    return List.copyOf(stored);
  }

  public synchronized List<String> lines() {
    return stored.stream().map(Stored::line).toList();
  }

  /** Lines of the stream, or streams, with these labels, in the order they came. */
  public synchronized List<String> lines(Map<String, String> labels) {
    return stored.stream()
        .filter(entry -> labels(entry.stream()).entrySet().containsAll(labels.entrySet()))
        .map(Stored::line)
        .toList();
  }

  private synchronized Reply handle(Request request) {
    if (!request.path().equals("/loki/api/v1/push")) {
      return Reply.text(404, "404 page not found");
    }
    try {
      return push(Snappy.uncompress(request.body()));
    } catch (IOException e) {
      return Reply.text(400, "cannot be decoded: " + e.getMessage());
    }
  }

  private Reply push(byte[] request) throws IOException {
    int ignored = 0;
    int total = 0;
    String reason = "";
    String stream = "";
    for (Stored entry : decode(request)) {
      total++;
      String refusal = refusal(entry);
      if (!refusal.isEmpty()) {
        ignored++;
        reason = refusal;
        stream = entry.stream();
      } else if (stored.add(entry)) {
        newest.merge(entry.stream(), entry.nanos(), Math::max);
      }
    }
    if (ignored == 0) {
      return Reply.of(204);
    }
    String text =
        "entry ignored, reason: '%s',\nuser 'fake', total ignored: %d out of %d for stream: %s";
    return Reply.text(400, text.formatted(reason, ignored, total, stream));
  }

  private String refusal(Stored entry) {
    long now = nanos(clock.instant());
    if (entry.line().equals(refusedLine)) {
      return "refused";
    }
    if (labels(entry.stream()).size() > MAX_LABELS) {
      return "max_label_names_per_series";
    }
    if (labels(entry.stream()).values().stream().anyMatch(v -> utf8(v) > MAX_LABEL_VALUE)) {
      return "label_value_too_long";
    }
    if (utf8(entry.line()) > MAX_LINE) {
      return "line_too_long";
    }
    int metadata = 0;
    for (Map.Entry<String, String> pair : entry.metadata().entrySet()) {
      metadata += utf8(pair.getKey()) + utf8(pair.getValue());
    }
    if (metadata > MAX_METADATA_BYTES || entry.metadata().size() > MAX_METADATA) {
      return "structured_metadata_too_large";
    }
    if (entry.nanos() < now - MAX_AGE.toNanos()) {
      return "greater_than_max_sample_age";
    }
    if (entry.nanos() > now + GRACE.toNanos()) {
      return "too_far_in_future";
    }
    long behind = newest.getOrDefault(entry.stream(), Long.MIN_VALUE / 2) - entry.nanos();
    return behind > MAX_BEHIND.toNanos() ? "too_far_behind" : "";
  }

  /** The labels of a selector, read as Loki's parser does for plain values. */
  static Map<String, String> labels(String selector) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String pair : selector.substring(1, selector.length() - 1).split(", ", -1)) {
      int equals = pair.indexOf('=');
      labels.put(pair.substring(0, equals), pair.substring(equals + 2, pair.length() - 1));
    }
    return labels;
  }

  static List<Stored> decode(byte[] request) throws IOException {
    List<Stored> entries = new ArrayList<>();
    CodedInputStream in = CodedInputStream.newInstance(request);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      stream(in.readByteArray(), entries);
    }
    return entries;
  }

  private static void stream(byte[] stream, List<Stored> entries) throws IOException {
    String labels = "";
    CodedInputStream in = CodedInputStream.newInstance(stream);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag >>> 3) {
        case 1 -> labels = in.readStringRequireUtf8();
        case 2 -> entries.add(entry(labels, in.readByteArray()));
        default -> throw new IOException("stream has field " + (tag >>> 3));
      }
    }
  }

  private static Stored entry(String labels, byte[] entry) throws IOException {
    long nanos = 0;
    String line = "";
    Map<String, String> metadata = new LinkedHashMap<>();
    CodedInputStream in = CodedInputStream.newInstance(entry);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag >>> 3) {
        case 1 -> nanos = timestamp(in.readByteArray());
        case 2 -> line = in.readStringRequireUtf8();
        case 3 -> pair(in.readByteArray(), metadata);
        default -> throw new IOException("entry has field " + (tag >>> 3));
      }
    }
    return new Stored(labels, nanos, line, metadata);
  }

  private static long timestamp(byte[] timestamp) throws IOException {
    long nanos = 0;
    CodedInputStream in = CodedInputStream.newInstance(timestamp);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      nanos += (tag >>> 3) == 1 ? in.readInt64() * 1_000_000_000L : in.readInt32();
    }
    return nanos;
  }

  private static void pair(byte[] pair, Map<String, String> metadata) throws IOException {
    String name = "";
    String value = "";
    CodedInputStream in = CodedInputStream.newInstance(pair);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if ((tag >>> 3) == 1) {
        name = in.readStringRequireUtf8();
      } else {
        value = in.readStringRequireUtf8();
      }
    }
    if (metadata.put(name, value) != null) {
      throw new IOException("metadata has a name twice: " + name);
    }
  }

  private static int utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  @Override
  public void close() throws IOException {
    backend.close();
  }
}
