// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import static io.correlationstation.benchmarks.load.Template.mark;

import com.google.protobuf.ByteString;
import io.correlationstation.benchmarks.load.Template.Kind;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Who talks to whom in the load: which request holds which trace, and which traces are the pieces
 * of one order on one circuit.
 *
 * <p>A request is what a collector sends for several services: {@value #TRACES} traces of {@value
 * #SPANS_PER_TRACE} spans, each in four of the twelve services, which call one another in their
 * order. Of every fourth trace the second half comes one request later. The first {@code
 * keyedTraces} traces of every {@code n}-th request are pieces of orders: an order has {@value
 * #PIECES} of them, each of its own trace id, whose roots have no parent, and each in the services
 * after those of the piece before; piece {@code j} starts {@code j × lag} such requests after piece
 * 0, so that thousands of orders are open at once. Their spans carry the keys, the others none.
 */
final class Traffic implements Template.Values {

  /** Makes the span, or what belongs to it. */
  interface Item<T> {
    T of(int slot, int index);
  }

  static final List<String> SERVICES =
      List.of(
          "gateway",
          "catalog",
          "beorn",
          "palantir",
          "arda",
          "inventory",
          "mdso-adapter",
          "mdso-orchestrator",
          "mdso-scriptplan",
          "activation",
          "assurance",
          "bill");
  static final int TRACES = 64;
  static final int SPANS_PER_TRACE = 8;
  static final int PIECES = 3;

  private static final long MILLI = 1_000_000;

  private final long run;
  private final Orders orders;
  private long number;
  private long nowNanos;

  /**
   * Which traces are pieces of orders.
   *
   * @param keyedTraces how many traces of a request with orders belong to some
   * @param every one request in so many has orders
   * @param lag such requests between the pieces of an order
   */
  record Orders(int keyedTraces, int every, int lag) {

    /**
     * Orders for a share of all traces, an order a request at least.
     *
     * @param lag requests between the pieces of an order
     */
    static Orders ofShare(double share, int lag) {
      double traces = share * TRACES;
      int every = traces > 0 && traces < PIECES ? (int) Math.round(PIECES / traces) : 1;
      int keyedTraces = traces > 0 ? Math.max(PIECES, (int) Math.round(traces)) : 0;
      return new Orders(keyedTraces, every, Math.max(1, lag / every));
    }

    boolean in(long request) {
      return keyedTraces > 0 && request % every == 0;
    }
  }

  /**
   * @param run tells apart the ids of runs against the same data
   */
  Traffic(long run, Orders orders) {
    this.run = run;
    this.orders = orders;
  }

  Traffic at(long request, long newestNanos) {
    number = request;
    nowNanos = newestNanos;
    return this;
  }

  @Override
  public long of(Kind kind, int slot, int index) {
    long sent = late(slot, index) ? number - 1 : number;
    return switch (kind) {
      case TRACE -> mix(run ^ (sent * TRACES + slot));
      case SPAN -> mix(run + ((sent * TRACES + slot) << 4) + index + 1);
      case PARENT -> mix(run + ((sent * TRACES + slot) << 4) + index);
      case START -> nowNanos - (SPANS_PER_TRACE - index) * 12 * MILLI - slot * MILLI / 8;
      case END -> nowNanos - index * MILLI;
      case CIRCUIT -> Math.floorMod(order(sent, slot), 100_000_000L);
      case REQUEST -> mix(~run + order(sent, slot));
    };
  }

  /** A piece of an order comes late only where the request before had orders, too. */
  private boolean late(int slot, int index) {
    boolean whole = orders.every > 1 && slot < orders.keyedTraces;
    return index >= SPANS_PER_TRACE / 2 && slot % 4 == 0 && !whole;
  }

  private long order(long sent, int slot) {
    int piece = slot % PIECES;
    return (sent / orders.every - (long) piece * orders.lag) * TRACES + slot / PIECES;
  }

  /** SplitMix64's finalizer: different numbers give different, evenly spread ids; never 0 here. */
  private static long mix(long seed) {
    long z = (seed + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return (z ^ z >>> 31) | 1;
  }

  /** An item for each span of a request: a list for each service, in the order of the calls. */
  static <T> List<List<T>> byService(Item<T> item) {
    List<List<T>> items = new ArrayList<>();
    for (int service = 0; service < SERVICES.size(); service++) {
      items.add(new ArrayList<>());
    }
    for (int slot = 0; slot < TRACES; slot++) {
      for (int index = 0; index < SPANS_PER_TRACE; index++) {
        items.get(service(slot, index)).add(item.of(slot, index));
      }
    }
    return items;
  }

  /** Service of a span: two spans in each of four services, in the order of the calls. */
  static int service(int slot, int index) {
    return (slot % PIECES * SPANS_PER_TRACE + index) / 2;
  }

  static ByteString traceId(int slot, int index) {
    return ByteString.copyFrom(
        ByteBuffer.allocate(16)
            .putLong(0x0af7651916cd43ddL)
            .putLong(mark(Kind.TRACE, slot, index))
            .flip());
  }

  static ByteString id(Kind kind, int slot, int index) {
    return ByteString.copyFrom(ByteBuffer.allocate(8).putLong(mark(kind, slot, index)).flip());
  }

  static Resource resource(int service) {
    String name = SERVICES.get(service);
    return Resource.newBuilder()
        .addAttributes(text("service.name", name))
        .addAttributes(text("service.version", "1.4.2"))
        .addAttributes(text("service.instance.id", name + "-6c9f4d7b8-x2x" + service))
        .addAttributes(text("deployment.environment.name", "production"))
        .addAttributes(text("host.name", "node-" + service + ".mdso.example.com"))
        .addAttributes(text("telemetry.sdk.language", "java"))
        .addAttributes(text("telemetry.sdk.version", "1.65.0"))
        .build();
  }

  /** The keys of an order's span. */
  static List<KeyValue> keys(int slot, int index) {
    return List.of(
        text("circuit_id", "80.L1XX." + Template.circuitMark(slot, index) + "..TEST"),
        text("request_id", Template.requestMark(slot, index)),
        text("product_id", "ELAN-10G-" + slot / PIECES % 4));
  }

  static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  static KeyValue number(String key, long value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setIntValue(value))
        .build();
  }
}
