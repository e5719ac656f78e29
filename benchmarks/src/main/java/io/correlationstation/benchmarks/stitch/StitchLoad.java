// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import io.correlationstation.benchmarks.stitch.Application.Level;
import io.correlationstation.benchmarks.stitch.Application.Shape;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.SpanFacts;
import io.correlationstation.server.stitch.SpanRef;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.StitchStatistics;
import io.correlationstation.server.stitch.Stitcher;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What stitching costs through the core alone, on one thread, in CPU time: spans a second, cost
 * against the number of live fragments, bytes a fragment, a hot key, a trace of 10 000 spans.
 * Beside it, what is claimed of orders that come too close to be told apart.
 *
 * <p>Expected order: a microsecond a span of an intact trace, some microseconds a disconnected
 * root. Run with {@code -XX:+UseSerialGC -Xmx6g}.
 */
public final class StitchLoad {

  private static final long EPOCH_NANOS = 1_767_600_000_000_000_000L;
  private static final int ROUNDS = 8;

  /** So many, of which the second half shows what traffic costs that has gone on for a while. */
  private static final int LONG_ROUNDS = 24;

  private static final int WARM_RUNS = 3;
  private static final int HELD_SECONDS = 88;
  private static final int SLOWEST_PER_SECOND = 10_000 / (2 * HELD_SECONDS);
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private StitchLoad() {}

  /** Arguments: directories of sets to play besides the made-up applications. */
  public static void main(String[] arguments) throws IOException {
    for (String directory : arguments) {
      Path set = Path.of(directory);
      compare(set.getFileName().toString(), new Replay(Recording.read(set)));
    }
    for (Shape shape : new Shape[] {Shape.TREE, Shape.QUEUES, Shape.FAN_OUT, Shape.SILENT}) {
      Traffic traffic = new Traffic(new Application(shape, Level.MEDIUM, 1), 1500, 1);
      compare("made-up " + shape, Replay.of(traffic.spans));
    }
    growth(false);
    growth(true);
    for (int live : new int[] {10_000, 30_000, 100_000}) {
      crowd(live);
    }
    hotKey();
    refit();
    for (int spans : new int[] {1_000, 10_000}) {
      longTrace(spans);
    }
  }

  /** The naive list scan on the same spans stands beside each figure. */
  private static void compare(String name, Replay replay) {
    double first = rate(replay, 0, ROUNDS);
    double warm = 0;
    double settled = 0;
    for (int i = 0; i < WARM_RUNS; i++) {
      warm = Math.max(warm, rate(replay, 0, ROUNDS));
      settled = Math.max(settled, rate(replay, LONG_ROUNDS / 2, LONG_ROUNDS));
    }
    long from = THREADS.getCurrentThreadCpuTime();
    long linked = NaiveScan.link(replay.spans());
    double naive = replay.size() * 1e9 / (THREADS.getCurrentThreadCpuTime() - from);
    System.out.printf(
        "%-16s %6d spans, %5d fragments: %.0f spans/s first, %.0f warm, %.0f settled; naive scan %.0f (%d links)%n",
        name, replay.size(), replay.fragments(), first, warm, settled, naive, linked);
  }

  /**
   * Spans a second of CPU time, from an empty start.
   *
   * @param from the first round that is counted
   */
  private static double rate(Replay replay, int from, int rounds) {
    Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), handoff -> {});
    long nanos = 0;
    for (int round = 0; round < rounds; round++) {
      replay.prepare(round);
      long before = THREADS.getCurrentThreadCpuTime();
      replay.play(stitcher);
      nanos += round < from ? 0 : THREADS.getCurrentThreadCpuTime() - before;
    }
    long before = THREADS.getCurrentThreadCpuTime();
    stitcher.flush();
    nanos += THREADS.getCurrentThreadCpuTime() - before;
    return (rounds - from) * (double) replay.size() * 1e9 / nanos;
  }

  /**
   * Two fragments an order, held for 88 s: the more orders a second, the more of them are live.
   *
   * @param apart whether orders of one key stay as far apart in time as they are where traffic is
   *     least; else they come closer with the rate, and harder to tell from one another
   */
  private static void growth(boolean apart) {
    double small = 0;
    for (int live : new int[] {10_000, 100_000, 1_000_000}) {
      Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), handoff -> {});
      Orders orders = new Orders(stitcher);
      orders.perSecond = live / (2 * HELD_SECONDS);
      orders.interleaved = apart ? orders.perSecond / SLOWEST_PER_SECOND : 1;
      long empty = usedBytes();
      orders.play(2 * HELD_SECONDS * orders.perSecond);
      int measured = Math.max(40_000, 60 * orders.perSecond); // a refit is a minute's
      long from = THREADS.getCurrentThreadCpuTime();
      orders.play(measured);
      double nanos =
          (THREADS.getCurrentThreadCpuTime() - from) / ((double) measured * Orders.SPANS);
      small = small == 0 ? nanos : small;
      StitchStatistics now = stitcher.statistics();
      long bytes = (usedBytes() - empty) / Math.max(1, now.liveFragments());
      System.out.printf(
          "live %d fragments, %d exits%s: %.0f ns a span (%.2f x), %d bytes a fragment with exits%n",
          now.liveFragments(),
          now.liveExits(),
          apart ? ", keys apart" : "",
          nanos,
          nanos / small,
          bytes);
      orders.play(1);
    }
  }

  /**
   * What is claimed where four orders of one key come ever closer, 18 ms, 6 ms and 2 ms apart, each
   * picked up after 10 to 20 ms. A root's trace has the number after that of its caller's.
   */
  private static void crowd(int live) {
    Map<String, Handoff> latest = new HashMap<>();
    Stitcher stitcher =
        Stitcher.create(
            StitchConfig.defaults(), handoff -> latest.put(handoff.child().traceId(), handoff));
    Orders orders = new Orders(stitcher);
    orders.perSecond = live / (2 * HELD_SECONDS);
    orders.play(3 * HELD_SECONDS * orders.perSecond);
    stitcher.flush();
    Map<Handoff.State, int[]> counts = new EnumMap<>(Handoff.State.class);
    for (Handoff handoff : latest.values()) {
      boolean right = number(handoff.child()) == number(handoff.parent()) + 1;
      counts.computeIfAbsent(handoff.state(), k -> new int[2])[right ? 0 : 1]++;
    }
    System.out.printf("%d orders a second, right and wrong:", orders.perSecond);
    counts.forEach((state, n) -> System.out.printf(" %s %d, %d;", state, n[0], n[1]));
    System.out.println();
  }

  private static long number(SpanRef span) {
    return Long.parseUnsignedLong(span.traceId().substring(16), 16);
  }

  /** The serial collector leaves a twentieth of what is dead but in each fourth collection. */
  private static long usedBytes() {
    for (int i = 0; i < 4; i++) {
      System.gc();
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** 100 000 traces an hour on one circuit, among others. */
  private static void hotKey() {
    List<Double> costs = new ArrayList<>();
    for (boolean hot : new boolean[] {false, true}) {
      Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), handoff -> {});
      Orders orders = new Orders(stitcher);
      orders.perSecond = 28;
      orders.hot = hot;
      orders.play(3_000);
      long from = THREADS.getCurrentThreadCpuTime();
      orders.play(20_000);
      costs.add((THREADS.getCurrentThreadCpuTime() - from) / (20_000.0 * Orders.SPANS));
    }
    System.out.printf(
        "hot key, 100 000 traces an hour: %.0f ns a span, %.0f when each has its own key%n",
        costs.get(1), costs.get(0));
  }

  /**
   * What a refit costs at 10 000 spans a second: the seconds with one against those without, of the
   * last five minutes of ten.
   */
  private static void refit() {
    Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), handoff -> {});
    Orders orders = new Orders(stitcher);
    orders.perSecond = 10_000 / Orders.SPANS;
    orders.play(300 * orders.perSecond);
    long with = 0;
    long without = 0;
    long fits = stitcher.statistics().refits();
    long before = fits;
    int secondsWith = 0;
    for (int second = 0; second < 300; second++) {
      long from = THREADS.getCurrentThreadCpuTime();
      orders.play(orders.perSecond);
      long nanos = THREADS.getCurrentThreadCpuTime() - from;
      long now = stitcher.statistics().refits();
      with += now > before ? nanos : 0;
      without += now > before ? 0 : nanos;
      secondsWith += now > before ? 1 : 0;
      before = now;
    }
    double one =
        ((double) with / Math.max(1, secondsWith) - (double) without / (300 - secondsWith)) * 1e-6;
    System.out.printf(
        "refit at 10 000 spans/s: %d in 300 s, %.1f ms each, %.2f %% of a core; %.0f ms a second otherwise%n",
        before - fits, one, one * (before - fits) / 3_000, without * 1e-6 / (300 - secondsWith));
  }

  private static void longTrace(int spans) {
    Stitcher stitcher = Stitcher.create(StitchConfig.defaults(), handoff -> {});
    SpanFacts facts = new SpanFacts(Replay.KEYS);
    long from = THREADS.getCurrentThreadCpuTime();
    for (int i = 1; i <= spans; i++) {
      long at = EPOCH_NANOS + i * 1_000_000L;
      facts.clear().trace(1, 1).span(i, i == 1 ? 0 : i / 2 + 1);
      facts.named("batch", "step", i % 2 == 0 ? 3 : 1).times(at, at + 500_000);
      stitcher.accept(facts.key(2, "80.L1XX.000001..TEST"));
    }
    stitcher.flush();
    double nanos = (THREADS.getCurrentThreadCpuTime() - from) / (double) spans;
    System.out.printf("one trace of %d spans: %.0f ns a span%n", spans, nanos);
  }

  /** Orders of three spans in two traces that share a key. */
  private static final class Orders {
    static final int SPANS = 3;
    private final Stitcher stitcher;
    private final SpanFacts facts = new SpanFacts(Replay.KEYS);
    private final Random random = new Random(5);
    private int perSecond = 1_000;
    private boolean hot;

    /** So many keys take turns. */
    private int interleaved = 1;

    private long number;
    private long clock = EPOCH_NANOS;

    Orders(Stitcher stitcher) {
      this.stitcher = stitcher;
    }

    void play(int count) {
      for (int i = 0; i < count; i++) {
        number++;
        clock += 1_000_000_000L / perSecond;
        long own = number / (4L * interleaved) * interleaved + number % interleaved;
        String key = hot ? "80.L1XX.000001..TEST" : "80.L1XX." + own + "..TEST";
        long taken = clock + 20_000_000 + random.nextInt(10_000_000);
        span(number * 2, 1, 0, "order", "POST /order", 2, clock, clock + 150_000_000, key);
        span(number * 2, 2, 1, "order", "POST", 3, clock + 10_000_000, clock + 140_000_000, key);
        span(number * 2 + 1, 3, 0, "billing", "bill", 2, taken, taken + 60_000_000, key);
      }
    }

    private void span(
        long trace,
        long id,
        long parent,
        String service,
        String name,
        int kind,
        long from,
        long to,
        String key) {
      facts.clear().trace(9, trace).span(id, parent).named(service, name, kind).times(from, to);
      stitcher.accept(facts.key(2, key));
    }
  }
}
