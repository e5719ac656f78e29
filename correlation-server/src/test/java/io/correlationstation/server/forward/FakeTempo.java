// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.correlationstation.server.forward.FakeBackend.Reply;
import io.correlationstation.server.forward.FakeBackend.Request;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/**
 * Tempo's OTLP receiver as far as a sender can tell: one span with a bad id fails the whole request
 * with 400, a request above the burst never passes and gets 429, and a span whose id and kind are
 * known already is dropped without a word.
 */
public final class FakeTempo implements AutoCloseable {

  private final FakeBackend backend;
  private final List<Span> received = new CopyOnWriteArrayList<>();
  private volatile int burstBytes = Integer.MAX_VALUE;
  private volatile String poisonName = "";
  private volatile int poisonStatus = 400;

  private FakeTempo() throws IOException {
    this.backend = FakeBackend.start(this::handle);
  }

  public static FakeTempo start() throws IOException {
    return new FakeTempo();
  }

  public FakeBackend backend() {
    return backend;
  }

  /** Requests with more bytes get 429 with {@code Retry-After}, however often they come. */
  public void burst(int bytes) {
    burstBytes = bytes;
  }

  /** A span of that name fails its request with this status, as an item the server cannot bear. */
  public void poison(String name, int status) {
    poisonName = name;
    poisonStatus = status;
  }

  /** Every span of every request that was answered with success, with repetitions. */
  public List<Span> received() {
    return received;
  }

  /** What a query would find: of spans with one trace, id and kind the first. */
  public List<String> names() {
    record Key(ByteString trace, ByteString span, int kind) {}
    return received.stream()
        .collect(
            java.util.stream.Collectors.toMap(
                span -> new Key(span.getTraceId(), span.getSpanId(), span.getKindValue()),
                Span::getName,
                (first, second) -> first,
                java.util.LinkedHashMap::new))
        .values()
        .stream()
        .toList();
  }

  private Reply handle(Request request) {
    if (!request.path().equals("/v1/traces")) {
      return Reply.text(404, "404 page not found");
    }
    if (!request.header("content-type").equals("application/x-protobuf")) {
      return Reply.text(415, "415 unsupported media type");
    }
    if (request.body().length > burstBytes) {
      return Reply.text(429, "RATE_LIMITED: ingestion rate limit").with("Retry-After", "0");
    }
    List<Span> spans = spans(request);
    for (Span span : spans) {
      if (span.getTraceId().size() != 16 || span.getSpanId().size() != 8) {
        return Reply.text(400, "trace ids must be 128 bit, span ids 64 bit and nonzero");
      }
      if (span.getName().equals(poisonName)) {
        return Reply.text(poisonStatus, "cannot take " + poisonName);
      }
    }
    received.addAll(spans);
    return new Reply(200, Map.of("Content-Type", "application/x-protobuf"), new byte[0]);
  }

  static List<Span> spans(Request request) {
    try {
      return ExportTraceServiceRequest.parseFrom(body(request)).getResourceSpansList().stream()
          .flatMap(resource -> resource.getScopeSpansList().stream())
          .flatMap(scope -> scope.getSpansList().stream())
          .toList();
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] body(Request request) {
    if (!request.header("content-encoding").equals("gzip")) {
      return request.body();
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(request.body()))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    backend.close();
  }
}
