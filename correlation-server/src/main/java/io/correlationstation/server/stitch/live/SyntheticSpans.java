// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.SpanRef;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a handoff looks like in a trace viewer: a bridge span in the parent's trace and a
 * marker span in the child's, each with a link to the other side, because viewers show no
 * back-links.
 *
 * <p>A pure function of the handoffs: the same handoffs give the same bytes, so that a destination
 * which drops duplicates by span id sees each span once however often it is sent.
 *
 * <pre>
 *           bridge                                   marker
 *   trace   parent's                                 child's
 *   parent  the handing-off span                     the root of the child's fragment
 *   id      md5("parentSpan-childSpan")[0..8)        SHA-256(version, "marker", both ends)[0..8)
 *   time    parent's start to child's start          child's start, zero length
 *   link    to the child's root                      to the parent span
 * </pre>
 *
 * <p>A bridge that replaces another one links to it too ({@code correlation.link=supersedes}). What
 * was taken back gets a retraction span of no length under its bridge and one under its marker.
 * What holds again after that gets a bridge and a marker of new ids, the bridge linked to the void
 * one.
 */
final class SyntheticSpans {

  /**
   * {@code service.name} of every synthetic span; readers use it to tell ours from observed spans.
   */
  static final String SERVICE = "correlation-server";

  private static final String RULE_VERSION = "1";
  private static final AnyValue YES = AnyValue.newBuilder().setBoolValue(true).build();
  private static final HexFormat HEX = HexFormat.of();

  private final Map<String, String> systemOfService;

  /**
   * @param systemOfService what people call the system behind a service, such as {@code mdso} for
   *     {@code mdso-scriptplan}; a service without an entry is called by its own name
   */
  SyntheticSpans(Map<String, String> systemOfService) {
    this.systemOfService = Map.copyOf(systemOfService);
  }

  /**
   * What the decisions, in the order in which they were told, look like.
   *
   * @param takenBack how often each one's link was taken back before
   */
  List<Span> of(List<Handoff> decisions, int[] takenBack) {
    List<Span> spans = new ArrayList<>();
    Map<String, Span.Link> voided = new HashMap<>();
    for (int i = 0; i < takenBack.length; i++) {
      Handoff handoff = decisions.get(i);
      int times = takenBack[i];
      if (handoff.makesLink()) {
        spans.add(bridge(handoff, times, voided.get(handoff.supersedes())));
        spans.add(marker(handoff, times));
      } else if (handoff.takesLinkBack()) {
        voided.put(handoff.id(), supersedes(handoff, times));
        spans.add(retraction(handoff, handoff.parent(), bridgeSpanId(handoff, times)));
        spans.add(retraction(handoff, handoff.child(), markerSpanId(handoff, times)));
      }
    }
    return spans;
  }

  /** The spans as one {@code ExportTraceServiceRequest}. */
  static byte[] encode(List<Span> spans) {
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(Resource.newBuilder().addAttributes(text("service.name", SERVICE)))
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .setScope(
                            InstrumentationScope.newBuilder()
                                .setName("io.correlationstation.stitch"))
                        .addAllSpans(spans)))
        .build()
        .toByteArray();
  }

  private Span bridge(Handoff handoff, int times, Span.@Nullable Link superseded) {
    SpanRef parent = handoff.parent();
    SpanRef child = handoff.child();
    Span.Builder bridge = Span.newBuilder();
    if (superseded != null) {
      bridge.addLinks(superseded);
    }
    if (times > 0) {
      bridge.addLinks(supersedes(handoff, times - 1));
    }
    return bridge
        .setTraceId(bytes(parent.traceId()))
        .setSpanId(ByteString.copyFrom(bridgeSpanId(handoff, times)))
        .setParentSpanId(bytes(parent.spanId()))
        .setName(system(parent) + "_to_" + system(child) + "_bridge")
        .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
        .setStartTimeUnixNano(parent.startNanos())
        .setEndTimeUnixNano(Math.max(parent.startNanos(), child.startNanos()))
        .addAllAttributes(attributes(handoff, "synthetic"))
        .addLinks(0, link(child))
        .build();
  }

  private Span marker(Handoff handoff, int times) {
    SpanRef parent = handoff.parent();
    SpanRef child = handoff.child();
    return Span.newBuilder()
        .setTraceId(bytes(child.traceId()))
        .setSpanId(ByteString.copyFrom(markerSpanId(handoff, times)))
        .setParentSpanId(bytes(child.spanId()))
        .setName(system(child) + "_from_" + system(parent) + "_marker")
        .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
        .setStartTimeUnixNano(child.startNanos())
        .setEndTimeUnixNano(child.startNanos())
        .addAllAttributes(attributes(handoff, "marker"))
        .addLinks(link(parent))
        .build();
  }

  /** A sent span can't be deleted: under the bridge and under the marker stands that it is void. */
  private Span retraction(Handoff handoff, SpanRef side, byte[] voided) {
    SpanRef parent = handoff.parent();
    SpanRef child = handoff.child();
    return Span.newBuilder()
        .setTraceId(bytes(side.traceId()))
        .setSpanId(
            ByteString.copyFrom(
                derivedSpanId("retraction of " + HEX.formatHex(voided), parent, child)))
        .setParentSpanId(ByteString.copyFrom(voided))
        .setName(system(parent) + "_to_" + system(child) + "_retraction")
        .setKind(Span.SpanKind.SPAN_KIND_INTERNAL)
        .setStartTimeUnixNano(child.startNanos())
        .setEndTimeUnixNano(child.startNanos())
        .addAllAttributes(attributes(handoff, "retraction"))
        .build();
  }

  /** A link to the bridge that showed this handoff after it had been taken back that often. */
  private static Span.Link supersedes(Handoff handoff, int times) {
    return Span.Link.newBuilder()
        .setTraceId(bytes(handoff.parent().traceId()))
        .setSpanId(ByteString.copyFrom(bridgeSpanId(handoff, times)))
        .addAttributes(text("correlation.link", "supersedes"))
        .build();
  }

  /** What people call the system behind that end. */
  String system(SpanRef end) {
    return systemOfService.getOrDefault(end.service(), end.service());
  }

  static List<KeyValue> attributes(Handoff handoff, String type) {
    Map<String, AnyValue> sorted = new TreeMap<>();
    handoff.keys().forEach((key, value) -> sorted.put(key, string(value)));
    sorted.put("bridge.type", string(type));
    sorted.put("bridge.parent_service", string(handoff.parent().service()));
    sorted.put("bridge.child_service", string(handoff.child().service()));
    sorted.put(
        "correlation.confidence",
        AnyValue.newBuilder().setDoubleValue(handoff.confidence()).build());
    sorted.put("correlation.handoff_id", string(handoff.id()));
    sorted.put("correlation.method", string(handoff.method()));
    sorted.put("correlation.synthetic", YES);
    sorted.put("correlation.version", string(handoff.modelVersion()));
    String supersedes = handoff.supersedes();
    if (supersedes != null && !supersedes.equals(handoff.id())) {
      sorted.put("correlation.supersedes", string(supersedes));
    }
    return sorted.entrySet().stream()
        .map(e -> KeyValue.newBuilder().setKey(e.getKey()).setValue(e.getValue()).build())
        .toList();
  }

  static Span.Link link(SpanRef other) {
    return Span.Link.newBuilder()
        .setTraceId(bytes(other.traceId()))
        .setSpanId(bytes(other.spanId()))
        .addAttributes(text("bridge.service", other.service()))
        .build();
  }

  /**
   * The compatibility rule for bridge ids; md5 is a fixed id scheme here, not a security measure.
   */
  static byte[] bridgeSpanId(String parentSpanId, String childSpanId) {
    return id("MD5", parentSpanId + "-" + childSpanId, 8);
  }

  private static byte[] bridgeSpanId(Handoff handoff, int times) {
    SpanRef parent = handoff.parent();
    SpanRef child = handoff.child();
    return times == 0
        ? bridgeSpanId(parent.spanId(), child.spanId())
        : derivedSpanId("bridge again " + times, parent, child);
  }

  private static byte[] markerSpanId(Handoff handoff, int times) {
    String what = times == 0 ? "marker" : "marker again " + times;
    return derivedSpanId(what, handoff.parent(), handoff.child());
  }

  private static byte[] derivedSpanId(String what, SpanRef parent, SpanRef child) {
    return HEX.parseHex(
        spanId(what, parent.traceId(), parent.spanId(), child.traceId(), child.spanId()));
  }

  /** The span id that follows from what the span is and from whom, in hexadecimal. */
  static String spanId(String... parts) {
    return HEX.formatHex(id("SHA-256", RULE_VERSION + "|" + String.join("|", parts), 8));
  }

  /** The trace id that follows from what the trace is and of whom, in hexadecimal. */
  static String traceId(String... parts) {
    return HEX.formatHex(id("SHA-256", RULE_VERSION + "|" + String.join("|", parts), 16));
  }

  /** First bytes of the digest; the all-zero id, which is invalid, is avoided by hashing again. */
  private static byte[] id(String algorithm, String input, int length) {
    byte[] id = Arrays.copyOf(digest(algorithm, input), length);
    return Arrays.equals(id, new byte[length]) ? id(algorithm, input + "|", length) : id;
  }

  private static byte[] digest(String algorithm, String input) {
    try {
      return MessageDigest.getInstance(algorithm).digest(input.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + algorithm, e);
    }
  }

  static ByteString bytes(String hex) {
    return ByteString.copyFrom(HEX.parseHex(hex));
  }

  static KeyValue text(String key, String value) {
    return KeyValue.newBuilder().setKey(key).setValue(string(value)).build();
  }

  static KeyValue flag(String key) {
    return KeyValue.newBuilder().setKey(key).setValue(YES).build();
  }

  private static AnyValue string(String value) {
    return AnyValue.newBuilder().setStringValue(value).build();
  }
}
