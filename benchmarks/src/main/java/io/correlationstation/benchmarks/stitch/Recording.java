// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.stitch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.otlp.MalformedOtlpException;
import io.correlationstation.server.otlp.OtlpJson;
import io.correlationstation.server.otlp.SpanView;
import io.correlationstation.server.otlp.TraceScan;
import io.correlationstation.server.stitch.KeySpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** Spans of a set in the format of the development sets, in order of arrival. */
final class Recording {

  private static final List<KeySpec> KEYS = KeySpec.defaults();

  private Recording() {}

  /** Reads {@code spans.otlp.jsonl.gz} of a directory. */
  static List<Replay.Span> read(Path directory) throws IOException {
    List<Replay.Span> spans = new ArrayList<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Files.newInputStream(directory.resolve("spans.otlp.jsonl.gz")), 1 << 16),
                UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        TraceScan.scan(payload(line), span -> spans.add(span(span)));
      }
    }
    return spans;
  }

  private static byte[] payload(String line) throws IOException {
    try {
      return OtlpJson.traces(line.getBytes(UTF_8)).payload();
    } catch (MalformedOtlpException e) {
      throw new IOException(e);
    }
  }

  private static Replay.Span span(SpanView span) {
    String[] keys = new String[KEYS.size()];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = span.attribute(KEYS.get(i).name());
    }
    String peer = span.attribute("peer.service");
    return new Replay.Span(
        new Replay.Ids(span.traceIdHigh(), span.traceIdLow(), span.spanId(), span.parentSpanId()),
        span.service(),
        span.name(),
        span.kind(),
        span.startNanos(),
        span.endNanos(),
        span.hasAttributeWithPrefix("db."),
        span.attribute("messaging.destination.name"),
        peer != null ? peer : span.attribute("server.address"),
        span.attribute("client.address"),
        keys);
  }
}
