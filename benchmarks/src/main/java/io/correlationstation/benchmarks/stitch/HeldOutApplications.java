// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.benchmarks.stitch.Application.Level;
import io.correlationstation.benchmarks.stitch.Application.Shape;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes applications that no constant of the stitcher was chosen on, in the format of the
 * development sets: {@code spans.otlp.jsonl.gz} and {@code truth.csv} in a directory each.
 *
 * <p>Arguments: target directory, then seeds. Seeds below 100 are for choosing mechanisms, seeds
 * from 100 on for reporting.
 */
public final class HeldOutApplications {

  private static final int RUNS = 1500;
  private static final int SPANS_A_LINE = 16;

  private HeldOutApplications() {}

  public static void main(String[] arguments) throws IOException {
    Path target = Path.of(arguments[0]);
    for (int i = 1; i < arguments.length; i++) {
      long seed = Long.parseLong(arguments[i]);
      for (Shape shape : Shape.values()) {
        Level level = Level.values()[(int) ((seed + shape.ordinal()) % Level.values().length)];
        String name = (shape + "-" + level + "-" + seed).toLowerCase(Locale.ROOT);
        write(target.resolve(name), new Traffic(new Application(shape, level, seed), RUNS, seed));
      }
    }
  }

  private static void write(Path directory, Traffic traffic) throws IOException {
    Files.createDirectories(directory);
    try (Writer out =
        new OutputStreamWriter(
            new GZIPOutputStream(
                Files.newOutputStream(directory.resolve("spans.otlp.jsonl.gz")), 1 << 16),
            UTF_8)) {
      for (int from = 0; from < traffic.spans.size(); from += SPANS_A_LINE) {
        int to = Math.min(traffic.spans.size(), from + SPANS_A_LINE);
        out.write("{\"resourceSpans\":[");
        for (int i = from; i < to; i++) {
          out.write((i == from ? "" : ",") + json(traffic.spans.get(i)));
        }
        out.write("]}\n");
      }
    }
    try (Writer out = Files.newBufferedWriter(directory.resolve("truth.csv"), UTF_8)) {
      out.write(
          "child_trace_id,child_root_span_id,parent_trace_id,parent_span_id,class,edge,workflow\n");
      for (Traffic.Truth fragment : traffic.truth) {
        out.write(csv(fragment));
      }
    }
  }

  private static String json(Traffic.Span span) {
    StringBuilder keys = new StringBuilder();
    attribute(keys, "circuit_id", span.circuit());
    attribute(keys, "resource_id", span.resource());
    attribute(keys, "product_id", span.product());
    String parent = span.parent() == 0 ? "" : "\"parentSpanId\":\"" + spanId(span.parent()) + "\",";
    return String.format(
        Locale.ROOT,
        "{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"%s\"}}]},"
            + "\"scopeSpans\":[{\"spans\":[{\"traceId\":\"%s\",\"spanId\":\"%s\",%s\"name\":\"%s\","
            + "\"kind\":%d,\"startTimeUnixNano\":\"%d\",\"endTimeUnixNano\":\"%d\","
            + "\"attributes\":[%s]}]}]}",
        span.service(),
        traceId(span.trace()),
        spanId(span.id()),
        parent,
        span.name(),
        span.kind(),
        span.startNanos(),
        span.endNanos(),
        keys);
  }

  private static void attribute(StringBuilder keys, String key, @Nullable String value) {
    if (value != null) {
      keys.append(keys.length() == 0 ? "" : ",")
          .append("{\"key\":\"" + key + "\",\"value\":{\"stringValue\":\"" + value + "\"}}");
    }
  }

  private static String csv(Traffic.Truth fragment) {
    boolean root = fragment.parentTrace() == 0;
    return String.join(
            ",",
            traceId(fragment.childTrace()),
            spanId(fragment.childSpan()),
            root ? "" : traceId(fragment.parentTrace()),
            root ? "" : spanId(fragment.parentSpan()),
            fragment.cause(),
            fragment.edge(),
            "r" + fragment.run())
        + "\n";
  }

  private static String traceId(long trace) {
    return String.format("%016x%016x", 0x5e1fL, trace);
  }

  private static String spanId(long span) {
    return String.format("%016x", span);
  }
}
