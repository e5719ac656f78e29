// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a batch of frames says, taken out of the wire format and not yet merged with the store. */
final class Findings {

  private static final int BYTES_OF_SPAN = 300;
  private static final int BYTES_OF_LOG = 1_000;
  private static final int BYTES_OF_HANDOFF = 3_000;
  private static final int BYTES_OF_FRAME = 100;
  private static final int BYTES_OF_UNLISTED = 32;
  private static final int BYTES_OF_ALIAS = 200;

  /** Trace id → its news, in order of appearance. */
  final Map<String, FragmentNews> fragments = new LinkedHashMap<>();

  /** Trace id → sequence numbers of the frames that hold spans of it. */
  final Map<String, Set<Long>> frames = new LinkedHashMap<>();

  /** Frame → traces in it that were passed over. */
  final Map<Long, List<Long>> unlisted = new LinkedHashMap<>();

  final List<FoundLog> logs = new ArrayList<>();

  /** Decisions of the stitcher in their order: the later one counts. */
  final List<Handoff> handoffs = new ArrayList<>();

  final List<Ruling> rulings = new ArrayList<>();
  final Map<AliasPair, AliasTimes> aliases = new LinkedHashMap<>();

  private long bytes;

  /** About how much memory they take. */
  long bytes() {
    return bytes;
  }

  void add(FragmentNews news, FoundSpan span) {
    news.spans.add(span);
    bytes += BYTES_OF_SPAN + span.name().length();
  }

  void add(FoundLog log) {
    logs.add(log);
    bytes += BYTES_OF_LOG + 2L * log.line().body().length();
  }

  void add(Handoff handoff) {
    handoffs.add(handoff);
    bytes += BYTES_OF_HANDOFF;
  }

  FragmentNews fragment(String traceId) {
    return fragments.computeIfAbsent(traceId, FragmentNews::new);
  }

  void foundInFrame(String traceId, long sequence) {
    if (frames.computeIfAbsent(traceId, ignored -> new LinkedHashSet<>()).add(sequence)) {
      bytes += BYTES_OF_FRAME;
    }
  }

  void passedOver(long trace, long sequence) {
    unlisted.computeIfAbsent(sequence, ignored -> new ArrayList<>()).add(trace);
    bytes += BYTES_OF_UNLISTED;
  }

  /**
   * @param source where the keys were seen together, such as {@code log:arda}
   */
  void addAliases(Map<String, String> keys, long timeNanos, String source) {
    if (keys.size() < 2) {
      return;
    }
    List<Map.Entry<String, String>> entries = List.copyOf(keys.entrySet());
    for (int i = 0; i < entries.size(); i++) {
      for (int j = i + 1; j < entries.size(); j++) {
        AliasPair pair = AliasPair.of(entries.get(i), entries.get(j));
        aliases
            .computeIfAbsent(
                pair,
                ignored -> {
                  bytes += BYTES_OF_ALIAS;
                  return new AliasTimes();
                })
            .include(timeNanos, source);
      }
    }
  }

  /**
   * A span's facts that matter for its fragment; a zero parent id means that it has none.
   *
   * @param work whether it stands for a whole workflow, so that its failure is that of the run
   * @param defect why it failed; null when it does not say
   */
  record FoundSpan(
      long spanId,
      long parentId,
      int kind,
      long startNanos,
      long endNanos,
      boolean failed,
      String name,
      String service,
      boolean work,
      @Nullable Defect defect) {}

  /** A record worth keeping, and its keys. */
  record FoundLog(LogLine line, Map<String, String> keys, long receivedNanos) {}

  /** What one batch adds to one trace. */
  static final class FragmentNews {
    final String traceId;
    final List<FoundSpan> spans = new ArrayList<>();
    final Set<String> services = new LinkedHashSet<>();
    final Map<String, Map<String, Long>> keys = new LinkedHashMap<>();
    long receivedNanos;
    long logStartNanos = Long.MAX_VALUE;
    long logEndNanos = Long.MIN_VALUE;

    FragmentNews(String traceId) {
      this.traceId = traceId;
    }

    void received(long nanos) {
      receivedNanos = Math.max(receivedNanos, nanos);
    }

    void log(long timeNanos) {
      logStartNanos = Math.min(logStartNanos, timeNanos);
      logEndNanos = Math.max(logEndNanos, timeNanos);
    }

    void keys(Map<String, String> found, long timeNanos) {
      found.forEach(
          (name, value) ->
              keys.computeIfAbsent(name, ignored -> new LinkedHashMap<>())
                  .merge(value, timeNanos, Math::min));
    }
  }

  /** Two ids of one record, ordered. */
  record AliasPair(String keyA, String valueA, String keyB, String valueB) {
    static AliasPair of(Map.Entry<String, String> one, Map.Entry<String, String> other) {
      boolean ordered = one.getKey().compareTo(other.getKey()) <= 0;
      Map.Entry<String, String> a = ordered ? one : other;
      Map.Entry<String, String> b = ordered ? other : one;
      return new AliasPair(a.getKey(), a.getValue(), b.getKey(), b.getValue());
    }
  }

  /** When two ids were seen together first and last, and where first. */
  static final class AliasTimes {
    long firstNanos = Long.MAX_VALUE;
    long lastNanos = Long.MIN_VALUE;

    String source = "";

    void include(long nanos, String where) {
      if (nanos < firstNanos) {
        firstNanos = nanos;
        source = where;
      }
      lastNanos = Math.max(lastNanos, nanos);
    }
  }
}
