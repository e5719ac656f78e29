// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.correlationstation.server.otlp.MalformedOtlpException;
import io.correlationstation.server.otlp.OtlpSieve;
import io.correlationstation.server.otlp.TraceScan;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * What one span costs to read, in a batch of 512 spans of about 500 bytes with 10 attributes.
 * Nanoseconds a span are milliseconds of processor time per million spans.
 *
 * <p>Expected order: {@code scan} &lt; {@code scanWithFiveKeys} &lt; {@code sieve} &lt; {@code
 * protobufParse}; the scans allocate next to nothing a span, the parse more than the span's size.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class WireScanBenchmark {

  private static final int SPANS = 512;
  private static final String[] KEYS = {
    "circuit_id", "product_id", "resource_id", "resource_type_id", "request_id"
  };

  private byte[] payload = {};

  /** Eight resources of 64 spans, as a collector batches several services. */
  @Setup
  public void batch() {
    Random random = new Random(42);
    ExportTraceServiceRequest.Builder request = ExportTraceServiceRequest.newBuilder();
    for (int service = 0; service < 8; service++) {
      ScopeSpans.Builder scope = ScopeSpans.newBuilder();
      for (int i = 0; i < SPANS / 8; i++) {
        scope.addSpans(span(random));
      }
      request.addResourceSpans(
          ResourceSpans.newBuilder()
              .setResource(
                  Resource.newBuilder()
                      .addAttributes(attribute("service.name", "service-" + service))
                      .addAttributes(attribute("host.name", "host-" + service)))
              .addScopeSpans(scope));
    }
    payload = request.build().toByteArray();
    System.out.println("bytes a span: " + payload.length / SPANS);
  }

  private static Span span(Random random) {
    long start = 1_750_000_000_000_000_000L + random.nextInt(1_000_000_000);
    return Span.newBuilder()
        .setTraceId(id(random, 16))
        .setSpanId(id(random, 8))
        .setParentSpanId(id(random, 8))
        .setName("GET /topology/{circuit}")
        .setKindValue(1 + random.nextInt(5))
        .setStartTimeUnixNano(start)
        .setEndTimeUnixNano(start + random.nextInt(50_000_000))
        .setFlags(0x101)
        .addAttributes(attribute("http.request.method", "GET"))
        .addAttributes(attribute("http.route", "/topology/{circuit}"))
        .addAttributes(attribute("server.address", "topology.example.com"))
        .addAttributes(attribute("url.scheme", "https"))
        .addAttributes(attribute("user_agent.original", "example-client/1.2.3 (linux)"))
        .addAttributes(attribute("network.peer.address", "192.0.2." + random.nextInt(255)))
        .addAttributes(attribute("thread.name", "http-worker-" + random.nextInt(64)))
        .addAttributes(number("http.response.status_code", 200))
        .addAttributes(number("server.port", 8443))
        .addAttributes(
            attribute("circuit_id", "80.L1XX." + (100_000 + random.nextInt(800_000)) + "..TEST"))
        .build();
  }

  private static ByteString id(Random random, int bytes) {
    ByteBuffer id = ByteBuffer.allocate(bytes);
    while (id.hasRemaining()) {
      id.putLong(random.nextLong() | 1);
    }
    return ByteString.copyFrom(id.flip());
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static KeyValue number(String key, long value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setIntValue(value))
        .build();
  }

  /** Baseline: every object of the generated classes, and the same fields read from them. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public void protobufParse(Blackhole sink) throws InvalidProtocolBufferException {
    for (ResourceSpans resource :
        ExportTraceServiceRequest.parseFrom(payload).getResourceSpansList()) {
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        for (Span span : scope.getSpansList()) {
          sink.consume(span.getTraceId());
          sink.consume(span.getSpanId());
          sink.consume(span.getParentSpanId());
          sink.consume(span.getStartTimeUnixNano());
          sink.consume(span.getEndTimeUnixNano());
          sink.consume(span.getKindValue());
        }
      }
    }
  }

  /** The fields that every reader needs. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public void scan(Blackhole sink) {
    TraceScan.scan(
        payload,
        span -> {
          sink.consume(span.traceIdHigh() ^ span.traceIdLow());
          sink.consume(span.spanId());
          sink.consume(span.parentSpanId());
          sink.consume(span.startNanos());
          sink.consume(span.endNanos());
          sink.consume(span.kind());
          sink.consume(span.service());
        });
  }

  /** As the stitcher reads: the fields and a look-up of each correlation key. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public void scanWithFiveKeys(Blackhole sink) {
    TraceScan.scan(
        payload,
        span -> {
          sink.consume(span.traceIdHigh() ^ span.traceIdLow());
          sink.consume(span.spanId());
          sink.consume(span.parentSpanId());
          sink.consume(span.startNanos());
          sink.consume(span.endNanos());
          sink.consume(span.kind());
          for (String key : KEYS) {
            sink.consume(span.attribute(key));
          }
        });
  }

  /** As the receivers check: every byte, texts and nested values included. */
  @Benchmark
  @OperationsPerInvocation(SPANS)
  public OtlpSieve.Sieved sieve() throws MalformedOtlpException {
    return OtlpSieve.traces(payload);
  }
}
