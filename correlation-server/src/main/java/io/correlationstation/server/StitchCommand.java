// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.correlationstation.server.otlp.MalformedOtlpException;
import io.correlationstation.server.otlp.OtlpJson;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.StitchConfig;
import io.correlationstation.server.stitch.StitchStatistics;
import io.correlationstation.server.stitch.Stitcher;
import io.correlationstation.server.stitch.live.HandoffLines;
import io.correlationstation.server.stitch.live.TelemetryFeed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
 * {@code station stitch}: stitches files instead of a stream, through the same code as the server.
 *
 * <p>Input: one {@code ExportTraceServiceRequest} as OTLP/JSON a line, in order of arrival. Output:
 * the last decision on every root, one JSON object a line.
 */
@Command(
    name = "stitch",
    description = "Finds the handoffs in files of OTLP/JSON lines, in order of arrival.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls the command
final class StitchCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "OTLP/JSON lines, one ExportTraceServiceRequest each; .gz is unpacked")
  private List<Path> files;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      required = true,
      description = "gets one handoff a line, as JSON")
  private Path links;

  @Option(
      names = "--topology",
      paramLabel = "FILE",
      description = "YAML with known calls: edges, a list of {caller, callee} services")
  private @Nullable Path topology;

  @Option(
      names = "--explain",
      paramLabel = "FILE",
      description = "gets one handoff a line with all that explains it, as JSON")
  private @Nullable Path explanations;

  @Option(
      names = "-o",
      paramLabel = "FORMAT",
      description = "summary on standard output: json or text; default ${DEFAULT-VALUE}",
      defaultValue = "text")
  private OutputFormat format;

  /** By trace and span of the child. */
  private final Map<String, Handoff> lastByChild = new LinkedHashMap<>();

  private int unreadable;

  @Override
  public Integer call() throws IOException {
    StitchConfig.Builder builder = StitchConfig.builder();
    if (topology != null) {
      builder.topology(TopologyFile.read(topology));
    }
    StitchConfig config = builder.build();
    requireFiles();
    Stitcher stitcher = Stitcher.create(config, this::decided);
    TelemetryFeed feed = new TelemetryFeed(config);
    for (Path file : files) {
      read(file, feed, stitcher);
    }
    stitcher.flush();
    write();
    if (explanations != null) {
      Files.write(explanations, HandoffLines.payload(List.copyOf(lastByChild.values())));
    }
    summarise(stitcher.statistics());
    return unreadable == 0 ? Station.OK : Station.FINDING;
  }

  /** What can't be read or written is said before the work and not after it. */
  private void requireFiles() {
    for (Path file : files) {
      if (!Files.isReadable(file) || Files.isDirectory(file)) {
        throw new SettingException(file + " can't be read");
      }
    }
    requireWritable(links);
    if (explanations != null) {
      requireWritable(explanations);
    }
  }

  private static void requireWritable(Path file) {
    try {
      Files.newOutputStream(file).close();
    } catch (IOException e) {
      throw new SettingException(file + " can't be written");
    }
  }

  private void decided(Handoff handoff) {
    String child = handoff.child().traceId() + handoff.child().spanId();
    if (handoff.state() == Handoff.State.REJECTED) {
      lastByChild.remove(child);
    } else {
      lastByChild.put(child, handoff);
    }
  }

  private void read(Path file, TelemetryFeed feed, Stitcher stitcher) throws IOException {
    try {
      readLines(file, feed, stitcher);
    } catch (IOException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  private void readLines(Path file, TelemetryFeed feed, Stitcher stitcher) throws IOException {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(unpacked(file), UTF_8), 1 << 16)) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          feed(line, file + ":" + number, feed, stitcher);
        }
      }
    }
  }

  private static InputStream unpacked(Path file) throws IOException {
    InputStream stream = Files.newInputStream(file);
    return file.toString().endsWith(".gz") ? new GZIPInputStream(stream, 1 << 16) : stream;
  }

  private void feed(String line, String place, TelemetryFeed feed, Stitcher stitcher) {
    try {
      feed.traces(OtlpJson.traces(line.getBytes(UTF_8)).payload(), 0, stitcher);
    } catch (MalformedOtlpException e) {
      unreadable++;
      spec.commandLine().getErr().println(place + ": left out: " + e.getMessage());
    }
  }

  private void write() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    try (Writer output = Files.newBufferedWriter(links, UTF_8)) {
      for (Handoff handoff : lastByChild.values()) {
        ObjectNode line = mapper.createObjectNode();
        line.put("child_trace_id", handoff.child().traceId());
        line.put("child_span_id", handoff.child().spanId());
        line.put("parent_trace_id", handoff.parent().traceId());
        line.put("parent_span_id", handoff.parent().spanId());
        line.put("confidence", handoff.confidence());
        output.write(line.toString());
        output.write('\n');
      }
    }
  }

  private void summarise(StitchStatistics statistics) {
    Collection<Handoff> handoffs = lastByChild.values();
    long linked = handoffs.stream().filter(h -> h.state() == Handoff.State.LINKED).count();
    PrintWriter out = spec.commandLine().getOut();
    if (format == OutputFormat.JSON) {
      ObjectNode summary = new ObjectMapper().createObjectNode();
      summary.put("spans", statistics.spans());
      summary.put("linked", linked);
      summary.put("candidates", handoffs.size() - linked);
      summary.put("unreadable_lines", unreadable);
      summary.put("output", links.toString());
      out.println(summary);
    } else {
      out.printf(
          Locale.ROOT,
          "%d spans: %d handoffs linked, %d candidates; written to %s%n",
          statistics.spans(),
          linked,
          handoffs.size() - linked,
          links);
    }
    out.flush();
  }
}
