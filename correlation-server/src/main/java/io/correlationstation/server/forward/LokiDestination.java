// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.forward.LokiBatch.Line;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.otlp.WireWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/**
 * Loki by its push API. Requests go out one by one in journal order, so each stream keeps its order
 * over outages and restarts.
 */
final class LokiDestination implements Destination {

  /** Beside its lines a request names each of its few streams. */
  private static final int SELECTORS_ROOM = 32 << 10;

  private final DestinationConfig config;
  private final HttpSender http;
  private final LokiResponses responses;
  private final LokiEncoder encoder;
  private final Clock clock;
  private @Nullable WireWriter spareRequest;
  private byte @Nullable [] spareBody;

  LokiDestination(DestinationConfig config, Clock clock) {
    // snappy has been there already: gzip on top is what Loki does not expect
    this.config = config.withGzip(false);
    this.http = new HttpSender(this.config);
    this.responses = new LokiResponses(clock);
    this.encoder = new LokiEncoder(config.loki());
    this.clock = clock;
  }

  @Override
  public Prepared prepare(List<Frame> frames) {
    long oldest = nanos(clock.instant().minus(config.loki().maxSampleAge()));
    Map<@Nullable String, Sorter> tenants = new LinkedHashMap<>();
    List<Refused> refused = new ArrayList<>();
    for (Frame frame : frames) {
      String tenant = frame.headers().get(OtlpPacker.TENANT);
      Sorter sorter = tenants.computeIfAbsent(tenant, name -> new Sorter(name, oldest));
      int read = encoder.encode(frame, sorter);
      if (read < frame.items()) {
        refused.add(new Refused(OtlpBatch.of(frame, frame.items() - read), "unreadable"));
      }
    }
    List<Batch> batches = new ArrayList<>();
    for (Sorter sorter : tenants.values()) {
      batches.addAll(sorter.good.finish());
      sorter.bad.forEach(
          (reason, packer) ->
              packer.finish().forEach(batch -> refused.add(new Refused(batch, reason))));
    }
    return new Prepared(batches, refused);
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }

  @Override
  public Verdict send(Batch batch) throws IOException, InterruptedException {
    Map<String, String> headers = new HashMap<>();
    headers.put("Content-Type", "application/x-protobuf");
    headers.put("Content-Encoding", "snappy");
    if (batch.tenant() != null) {
      headers.put(OtlpHttpDestination.TENANT_HEADER, batch.tenant());
    }
    // both are the next request's as well, but only once nothing can read this one's any more:
    // after an exchange that was given up its thread may still be about to write
    WireWriter request = takeRequest(batch.bytes() + SELECTORS_ROOM);
    byte[] body = takeBody(request, batch);
    int length = Snappy.compress(request.array(), 0, request.size(), body, 0);
    Answer answer =
        http.post(
            Endpoints.loki(config.endpoint()), List.of(ByteBuffer.wrap(body, 0, length)), headers);
    spareRequest = request;
    spareBody = body;
    return responses.judge(answer);
  }

  private WireWriter takeRequest(int expectedBytes) {
    WireWriter spare = spareRequest;
    spareRequest = null;
    if (spare == null || spare.capacity() < expectedBytes) {
      return new WireWriter(expectedBytes);
    }
    spare.truncate(0);
    return spare;
  }

  /** Writes the request and returns an array that is long enough for it once compressed. */
  private byte[] takeBody(WireWriter request, Batch batch) {
    if (batch instanceof LokiBatch lines) {
      lines.writeTo(request);
    } else {
      byte[] payload = batch.payload();
      request.raw(payload, 0, payload.length);
    }
    byte[] spare = spareBody;
    spareBody = null;
    int needed = Snappy.maxCompressedLength(request.size());
    return spare == null || spare.length < needed ? new byte[needed] : spare;
  }

  @Override
  public void close() {
    http.close();
  }

  /** Parts one tenant's lines into those to send and those to put aside. */
  private final class Sorter implements LokiEncoder.Sink {

    private final @Nullable String tenant;
    private final long oldest;
    private final Packer good;
    private final Map<String, Packer> bad = new LinkedHashMap<>();

    Sorter(@Nullable String tenant, long oldest) {
      this.tenant = tenant;
      this.oldest = oldest;
      this.good = new Packer(tenant);
    }

    @Override
    public void line(long timeNanos, Line line) {
      if (timeNanos < oldest) {
        refused("too_old", List.of(line));
      } else {
        good.add(line);
      }
    }

    @Override
    public void refused(String reason, List<Line> lines) {
      Packer packer = bad.computeIfAbsent(reason, key -> new Packer(tenant));
      lines.forEach(packer::add);
    }
  }

  /** Fills batches of one tenant. */
  private final class Packer {

    private final @Nullable String tenant;
    private final List<Batch> full = new ArrayList<>();
    private final List<Line> open = new ArrayList<>();
    private long bytes;

    Packer(@Nullable String tenant) {
      this.tenant = tenant;
    }

    void add(Line line) {
      BatchLimits limits = config.limits();
      if (bytes + line.bytes() > limits.maxBytes() || open.size() >= limits.maxItems()) {
        close();
      }
      open.add(line);
      bytes += line.bytes();
    }

    List<Batch> finish() {
      close();
      return full;
    }

    private void close() {
      if (!open.isEmpty()) {
        full.add(LokiBatch.of(tenant, open));
        open.clear();
        bytes = 0;
      }
    }
  }
}
