// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.live.HandoffLine;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a batch of frames says, taken out of the wire format and not yet merged with the store.
 *
 * <p>The spans of a trace come one after another and carry the same keys: what was found last is
 * compared first, and what is the same is not looked up.
 */
final class Findings {

  private static final HexFormat HEX = HexFormat.of();

  private static final int BYTES_OF_SPAN = 250;
  private static final int BYTES_OF_TRACE = 1_000;
  private static final int BYTES_OF_LOG = 1_000;
  private static final int BYTES_OF_HANDOFF = 500;
  private static final int BYTES_OF_UNLISTED = 16;
  private static final int BYTES_OF_ALIAS = 200;

  /** Trace id → its news, in order of appearance. */
  final Map<String, FragmentNews> fragments = new LinkedHashMap<>();

  /** Frame → traces in it that were passed over. */
  final Map<Long, Longs> unlisted = new LinkedHashMap<>();

  final List<FoundLog> logs = new ArrayList<>();

  /** Decisions of the stitcher in their order: the later one counts. */
  final List<FoundHandoff> handoffs = new ArrayList<>();

  final List<Ruling> rulings = new ArrayList<>();
  final Map<AliasPair, AliasTimes> aliases = new LinkedHashMap<>();

  private long bytes;
  private boolean mayBeStored;

  private @Nullable FragmentNews lastNews;
  private Map<String, String> lastKeys = Map.of();
  private List<AliasTimes> lastAliases = List.of();
  private long lastUnlistedFrame = -1;
  private Longs lastUnlisted = new Longs();

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

  void add(FoundHandoff handoff) {
    handoffs.add(handoff);
    bytes += BYTES_OF_HANDOFF + handoff.line().text().length();
  }

  /**
   * The news of that trace, none at first.
   *
   * @param first whether nothing was read of it before, so that the store can't have it
   */
  FragmentNews fragment(long traceIdHigh, long traceIdLow, boolean first) {
    FragmentNews news = lastNews;
    if (news == null || news.traceIdLow != traceIdLow || news.traceIdHigh != traceIdHigh) {
      String traceId = HEX.toHexDigits(traceIdHigh) + HEX.toHexDigits(traceIdLow);
      news = fragments.get(traceId);
      if (news == null) {
        news = new FragmentNews(traceId, traceIdHigh, traceIdLow, first);
        fragments.put(traceId, news);
        bytes += BYTES_OF_TRACE;
      }
      lastNews = news;
    }
    return news;
  }

  /** From now on the store may have any of it already. */
  void mayBeStored() {
    mayBeStored = true;
  }

  /** Whether the store can't have the trace, nor a handoff that leads to it or from it. */
  boolean isFirst(FragmentNews news) {
    return news.first && !mayBeStored;
  }

  void passedOver(long trace, long sequence) {
    if (sequence != lastUnlistedFrame) {
      lastUnlisted = unlisted.computeIfAbsent(sequence, ignored -> new Longs());
      lastUnlistedFrame = sequence;
    }
    lastUnlisted.add(trace);
    bytes += BYTES_OF_UNLISTED;
  }

  /**
   * @param kind of record in which the keys were seen together, such as {@code log}
   * @param service whose record it is
   */
  void addAliases(Map<String, String> keys, long timeNanos, String kind, String service) {
    if (keys.size() < 2) {
      return;
    }
    if (!keys.equals(lastKeys)) {
      lastAliases = pairs(keys);
      lastKeys = keys;
    }
    for (AliasTimes times : lastAliases) {
      times.include(timeNanos, kind, service);
    }
  }

  private List<AliasTimes> pairs(Map<String, String> keys) {
    List<Map.Entry<String, String>> entries = List.copyOf(keys.entrySet());
    List<AliasTimes> pairs = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      for (int j = i + 1; j < entries.size(); j++) {
        AliasPair pair = AliasPair.of(entries.get(i), entries.get(j));
        pairs.add(
            aliases.computeIfAbsent(
                pair,
                ignored -> {
                  bytes += BYTES_OF_ALIAS;
                  return new AliasTimes();
                }));
      }
    }
    return pairs;
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

  /** A decision, and when it was appended to the journal. */
  record FoundHandoff(HandoffLine line, long decidedNanos) {}

  /** A record worth keeping, and its keys. */
  record FoundLog(LogLine line, Map<String, String> keys, long receivedNanos) {}

  /** What one batch adds to one trace. */
  static final class FragmentNews {
    final String traceId;

    private final boolean first;

    /** Sequence numbers of the frames that hold spans of it, ascending. */
    final Longs frames = new Longs();

    final List<FoundSpan> spans = new ArrayList<>();
    final Set<String> services = new LinkedHashSet<>();

    /** Key → its values and when each was seen first. */
    final Map<String, Map<String, Long>> keys = new LinkedHashMap<>();

    long receivedNanos;
    long logStartNanos = Long.MAX_VALUE;
    long logEndNanos = Long.MIN_VALUE;

    private final long traceIdHigh;
    private final long traceIdLow;
    private Map<String, String> lastKeys = Map.of();
    private long lastKeysNanos;

    private FragmentNews(String traceId, long traceIdHigh, long traceIdLow, boolean first) {
      this.traceId = traceId;
      this.first = first;
      this.traceIdHigh = traceIdHigh;
      this.traceIdLow = traceIdLow;
    }

    /** Whether there is nothing of it but spans of services that take no part in the work. */
    boolean onlyObserved() {
      return services.isEmpty();
    }

    void received(long nanos) {
      receivedNanos = Math.max(receivedNanos, nanos);
    }

    void log(long timeNanos) {
      logStartNanos = Math.min(logStartNanos, timeNanos);
      logEndNanos = Math.max(logEndNanos, timeNanos);
    }

    void keys(Map<String, String> found, long timeNanos) {
      if (timeNanos >= lastKeysNanos && found.equals(lastKeys)) {
        return;
      }
      lastKeys = found;
      lastKeysNanos = timeNanos;
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

    private String kind = "";
    private String service = "";

    /** Where first: {@code log:arda} for a log record of arda. */
    String source() {
      return kind + ":" + service;
    }

    void include(long nanos, String recordKind, String recordService) {
      if (nanos < firstNanos) {
        firstNanos = nanos;
        kind = recordKind;
        service = recordService;
      }
      lastNanos = Math.max(lastNanos, nanos);
    }
  }
}
