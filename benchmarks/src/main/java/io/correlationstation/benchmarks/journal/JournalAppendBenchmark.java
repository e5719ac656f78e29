// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.journal;

import static java.util.Objects.requireNonNull;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.JournalConfig;
import io.correlationstation.server.journal.SegmentedJournal;
import io.correlationstation.server.journal.Signal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many durable appends a second, and how many forces they share: one force for each append when
 * one is in flight, far fewer when many are. Expected order: {@code bareForce} ≈ one in flight ≪
 * many in flight; no more garbage per append than some hundred bytes.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 3, time = 4)
public class JournalAppendBenchmark {

  /** A journal, and the appends that are not acknowledged yet. */
  @State(Scope.Benchmark)
  public static class Log {

    /** 2 KiB is a request of a quiet service, 256 KiB a full batch of 512 spans. */
    @Param({"2048", "262144"})
    public int payloadBytes;

    @Param({"1", "64", "1000"})
    public int inFlight;

    private final ArrayDeque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private byte[] payload = new byte[0];
    private @Nullable Path directory;
    private @Nullable SegmentedJournal journal;
    private PrometheusRegistry registry = new PrometheusRegistry();

    @Setup(Level.Trial)
    public void open() throws IOException {
      payload = new byte[payloadBytes];
      new Random(1).nextBytes(payload);
      directory = Files.createTempDirectory("journal-append");
      registry = new PrometheusRegistry();
      journal =
          SegmentedJournal.open(
              JournalConfig.builder(directory)
                  .minFreeBytes(0)
                  .maxQueuedBytes(1L << 30)
                  .retentionBytes(1L << 29)
                  .build(),
              registry);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
      waiting.forEach(CompletableFuture::join);
      waiting.clear();
      requireNonNull(journal).close();
      delete(requireNonNull(directory));
    }

    private long forces() {
      HistogramSnapshot forces =
          (HistogramSnapshot) registry.scrape("corr_wal_fsync_seconds"::equals).get(0);
      return forces.getDataPoints().stream().mapToLong(point -> point.getCount()).sum();
    }
  }

  /** Counts forces beside appends. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Forces {

    private long before;
    public long forces;

    @Setup(Level.Iteration)
    public void start(Log log) {
      before = log.forces();
    }

    @TearDown(Level.Iteration)
    public void stop(Log log) {
      forces = log.forces() - before;
    }
  }

  @Benchmark
  public long append(Log log, Forces forces) {
    Frame frame = new Frame(Signal.TRACES, 1, 512, Map.of(), log.payload);
    log.waiting.add(requireNonNull(log.journal).append(frame));
    return log.waiting.size() < log.inFlight ? 0 : log.waiting.remove().join();
  }

  /** A file that is written and forced for each payload: what the append has to beat. */
  @State(Scope.Benchmark)
  public static class BareFile {

    @Param({"2048", "262144"})
    public int payloadBytes;

    private ByteBuffer payload = ByteBuffer.allocate(0);
    private @Nullable Path directory;
    private @Nullable FileChannel channel;

    @Setup(Level.Iteration)
    public void open() throws IOException {
      payload = ByteBuffer.allocateDirect(payloadBytes);
      directory = Files.createTempDirectory("bare-force");
      channel =
          FileChannel.open(
              directory.resolve("file"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @TearDown(Level.Iteration)
    public void close() throws IOException {
      requireNonNull(channel).close();
      delete(requireNonNull(directory));
    }
  }

  @Benchmark
  public int bareForce(BareFile file) throws IOException {
    FileChannel channel = requireNonNull(file.channel);
    int written = channel.write(file.payload.rewind());
    channel.force(false);
    return written;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
