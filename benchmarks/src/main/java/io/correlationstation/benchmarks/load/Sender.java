// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import io.correlationstation.server.journal.Signal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.GZIPOutputStream;

/**
 * Sends batches from some threads, at a fixed rate or as fast as they are acknowledged, and notes
 * how long each acknowledgement took. A request that is asked to come again is sent again.
 *
 * <p>At a fixed rate a request is due whether or not the ones before it were acknowledged, and its
 * wait is counted from when it was due: a server that stalls can't hide it by slowing the sender.
 */
final class Sender implements AutoCloseable {

  /**
   * What was sent.
   *
   * @param items acknowledged
   * @param refusals answers that asked to come again
   * @param waits nanoseconds from due time to acknowledgement, sorted
   */
  record Sent(long items, long requests, long refusals, double seconds, long[] waits) {

    double millisAt(double quantile) {
      return waits.length == 0
          ? 0
          : waits[(int) Math.min(waits.length - 1, (long) (quantile * waits.length))] / 1e6;
    }

    double perSecond() {
      return items / seconds;
    }
  }

  private static final long ASAP = 0;

  private final Batches batches;
  private final boolean gzip;
  private final int threads;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService executor;
  private final AtomicLong next = new AtomicLong();
  private final URI uri;
  private volatile boolean stopped;

  Sender(URI otlp, Batches batches, boolean gzip, int threads) {
    this.batches = batches;
    this.gzip = gzip;
    this.threads = threads;
    this.executor = Executors.newFixedThreadPool(threads);
    this.uri = otlp.resolve(batches.signal() == Signal.LOGS ? "/v1/logs" : "/v1/traces");
  }

  /** Items in every request. */
  int items() {
    return batches.items();
  }

  /** Sends that many requests as fast as they are acknowledged. */
  Sent flatOut(long requests) {
    return send(next.get() + requests, ASAP, prepared(requests));
  }

  /** Sends at that rate for that long. */
  Sent atRate(double itemsPerSecond, Duration duration) {
    long interval = (long) (1e9 * batches.items() / itemsPerSecond);
    long requests = Math.max(1, duration.toNanos() / interval);
    return send(next.get() + requests, interval, prepared(gzip ? requests : 0));
  }

  /** Ends what is being sent after the requests under way. */
  void stop() {
    stopped = true;
  }

  /** Compressed before the clock starts, as compressing costs more than everything measured. */
  private List<byte[]> prepared(long requests) {
    List<byte[]> bodies = new ArrayList<>();
    for (long i = 0; gzip && i < requests; i++) {
      bodies.add(compress(batches.request(next.get() + i, nowNanos())));
    }
    return bodies;
  }

  private Sent send(long end, long interval, List<byte[]> prepared) {
    long first = next.get();
    long started = System.nanoTime();
    List<Future<Tally>> tallies = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      tallies.add(executor.submit(() -> work(first, end, started, interval, prepared)));
    }
    Tally total = new Tally();
    tallies.forEach(tally -> total.add(get(tally)));
    double seconds = (System.nanoTime() - started) / 1e9;
    long[] waits = total.waits.stream().mapToLong(Long::longValue).sorted().toArray();
    return new Sent(
        (long) waits.length * batches.items(), waits.length, total.refusals, seconds, waits);
  }

  private static Tally get(Future<Tally> tally) {
    try {
      return tally.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("a sender failed", e.getCause());
    }
  }

  private Tally work(long first, long end, long started, long interval, List<byte[]> prepared)
      throws IOException, InterruptedException {
    Tally tally = new Tally();
    for (long number = claim(end); number >= 0 && !stopped; number = claim(end)) {
      long due = started + (number - first) * interval;
      while (interval != ASAP && due - System.nanoTime() > 0) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      byte[] body =
          prepared.isEmpty()
              ? batches.request(number, nowNanos())
              : prepared.get((int) (number - first));
      long since = interval == ASAP ? System.nanoTime() : due;
      deliver(body, tally);
      tally.waits.add(System.nanoTime() - since);
    }
    return tally;
  }

  private long claim(long end) {
    long number = next.getAndUpdate(n -> n < end ? n + 1 : n);
    return number < end ? number : -1;
  }

  private void deliver(byte[] body, Tally tally) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", "application/x-protobuf")
            .POST(BodyPublishers.ofByteArray(body));
    if (gzip) {
      request.header("Content-Encoding", "gzip");
    }
    HttpResponse<Void> response = client.send(request.build(), BodyHandlers.discarding());
    while (response.statusCode() == 503 || response.statusCode() == 429) {
      tally.refusals++;
      TimeUnit.SECONDS.sleep(1);
      response = client.send(request.build(), BodyHandlers.discarding());
    }
    if (response.statusCode() != 200) {
      throw new IOException("answer " + response.statusCode() + " of " + uri);
    }
  }

  private static long nowNanos() {
    return System.currentTimeMillis() * 1_000_000;
  }

  static byte[] compress(byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 4);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    stop();
    executor.shutdownNow();
  }

  private static final class Tally {
    private final List<Long> waits = new ArrayList<>();
    private long refusals;

    void add(Tally other) {
      waits.addAll(other.waits);
      refusals += other.refusals;
    }
  }
}
