// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.correlationstation.server.otlp.MalformedOtlpException;
import io.correlationstation.server.otlp.OtlpJson;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.Stitcher;
import io.correlationstation.server.stitch.live.TelemetryFeed;
import java.io.BufferedReader;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Stitches files of OTLP/JSON: an {@code ExportTraceServiceRequest} a line, in order of arrival,
 * plain or gzipped.
 *
 * <p>The same stitcher as the server's, fed line by line; the links are what it has decided when
 * the input ends. A line that can't be read as OTLP is counted and left out.
 */
@Command(
    name = "stitch",
    description = "Joins the traces in files of OTLP/JSON lines and writes a link a line.",
    mixinStandardHelpOptions = true)
final class StitchCommand implements Callable<Integer> {

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "OTLP/JSON, an ExportTraceServiceRequest a line, in order of arrival; also .gz")
  private List<Path> files = List.of();

  @Option(
      names = "--output",
      paramLabel = "LINKS",
      description = "where the links go, JSON lines; standard output when left out")
  private @Nullable Path output;

  @Option(
      names = "--topology",
      paramLabel = "FILE",
      description = "YAML: edges: [{caller: a, callee: b}, ...]")
  private @Nullable Path topology;

  @Option(
      names = "--min-confidence",
      paramLabel = "P",
      description = "least confidence of a link that is written, 0 to 1 (default: what is told)")
  private double minConfidence;

  @Spec private @Nullable CommandSpec spec;

  private long unreadable;

  @Override
  public Integer call() throws IOException {
    StitchConfig config = StitchConfig.defaults();
    if (topology != null) {
      config = config.withTopology(TopologyFile.read(topology));
    }
    Map<String, Handoff> links = new LinkedHashMap<>();
    Stitcher stitcher = Stitcher.create(config, handoff -> keep(handoff, links));
    TelemetryFeed feed = new TelemetryFeed(config);
    for (Path file : files) {
      read(file, feed, stitcher);
    }
    stitcher.flush();
    try (OutputStream out = open()) {
      write(links, out);
    }
    tell(stitcher, links);
    return unreadable == 0 ? Station.OK : Station.FINDING;
  }

  private void keep(Handoff handoff, Map<String, Handoff> links) {
    String child = handoff.child().traceId() + handoff.child().spanId();
    if (handoff.state() == Handoff.State.REJECTED || handoff.confidence() < minConfidence) {
      links.remove(child);
    } else {
      links.put(child, handoff);
    }
  }

  private void read(Path file, TelemetryFeed feed, Stitcher stitcher) throws IOException {
    try (InputStream bytes = Files.newInputStream(file);
        InputStream plain =
            file.toString().endsWith(".gz") ? new GZIPInputStream(bytes, 1 << 16) : bytes;
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8), 1 << 16)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.isBlank()) {
          take(line, feed, stitcher);
        }
      }
    }
  }

  private void take(String line, TelemetryFeed feed, Stitcher stitcher) {
    try {
      byte[] payload = OtlpJson.traces(line.getBytes(StandardCharsets.UTF_8)).payload();
      feed.traces(payload, 0, stitcher);
    } catch (MalformedOtlpException e) {
      unreadable++;
    }
  }

  private OutputStream open() throws IOException {
    return output == null
        ? new BufferedOutputStream(System.out) {
          @Override
          public void close() throws IOException {
            flush();
          }
        }
        : new BufferedOutputStream(Files.newOutputStream(output));
  }

  private static void write(Map<String, Handoff> links, OutputStream out) throws IOException {
    try (JsonGenerator json =
        new JsonFactory()
            .createGenerator(out, JsonEncoding.UTF8)
            .setRootValueSeparator(null)) {
      for (Handoff link : links.values()) {
        json.writeStartObject();
        json.writeStringField("child_trace_id", link.child().traceId());
        json.writeStringField("child_span_id", link.child().spanId());
        json.writeStringField("parent_trace_id", link.parent().traceId());
        json.writeStringField("parent_span_id", link.parent().spanId());
        json.writeNumberField("confidence", link.confidence());
        json.writeStringField("state", link.state().name());
        json.writeStringField("method", link.method());
        json.writeEndObject();
        json.writeRaw('\n');
      }
    }
  }

  private void tell(Stitcher stitcher, Map<String, Handoff> links) {
    if (spec == null) {
      return;
    }
    PrintWriter err = spec.commandLine().getErr();
    long linked =
        links.values().stream().filter(link -> link.state() == Handoff.State.LINKED).count();
    err.printf(
        "station stitch: %d spans, %d linked, %d candidates%s%n",
        stitcher.statistics().spans(),
        linked,
        links.size() - linked,
        unreadable == 0 ? "" : ", " + unreadable + " unreadable lines");
    err.flush();
  }
}
