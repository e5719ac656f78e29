// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Message;
import io.correlationstation.mdso.OtlpSink;
import io.correlationstation.mdso.errors.RuleSet;
import io.correlationstation.mdso.errors.Verdict;
import io.correlationstation.mdso.market.Json;
import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.Requests;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what is new in a log file and sends it: lines as log records of the service that wrote
 * them, lines of an OTLP file ({@code *.ndjson}) as the OTLP that they are.
 *
 * <p>The position is handed out after each batch that the sink acknowledged, so a crash sends a
 * batch twice at most. A file that was renamed is known by its first bytes and not read again
 * ({@link #followRenames}); one that was truncated or replaced is read from its beginning.
 */
public final class LogImport {

  private static final int BATCH = 1000;
  private static final int PLAN_HEAD_BYTES = 65_536;

  /** Files shorter than this begin alike by chance. */
  private static final int MIN_HEAD_TO_RECOGNISE = 64;

  private static final Duration REST = Duration.ofSeconds(60);
  private static final Logger logger = LoggerFactory.getLogger(LogImport.class);

  private final OtlpSink sink;
  private final Clock clock;
  private final String environment;

  public LogImport(OtlpSink sink, Clock clock, String environment) {
    this.sink = sink;
    this.clock = clock;
    this.environment = environment;
  }

  /** What is known about files read before. */
  public interface Positions {

    /** The position of a path; null when it was not read before. */
    @Nullable FilePosition of(String path);

    /** The positions of all paths that were read before, as they are now. */
    Map<String, FilePosition> all();

    /** Everything before this position was acknowledged. */
    void read(String path, FilePosition position);
  }

  /** The resource whose plan wrote the file; null when it is no plan's log. */
  public static @Nullable String planResource(Path file) {
    PlanFile plan = PlanFile.of(fileName(file), "");
    return plan == null ? null : plan.resourceId();
  }

  /**
   * A file that was put aside under another name since it was read.
   *
   * @param from the path under which it was read
   */
  public record Archived(String from, Path to) {}

  /**
   * Takes over the positions of files that were renamed, before any is read: a file begins as
   * another did that is gone or begins otherwise now. Call it once per run with all files, as a
   * rotation renames several at once.
   */
  public static List<Archived> followRenames(Collection<Path> files, Positions positions)
      throws IOException {
    Map<String, FilePosition> before = positions.all();
    Map<String, FilePosition> left = new LinkedHashMap<>();
    for (Map.Entry<String, FilePosition> each : before.entrySet()) {
      Path path = Path.of(each.getKey());
      if (!Files.isRegularFile(path) || !beginsAs(path, each.getValue())) {
        left.put(each.getKey(), each.getValue());
      }
    }
    List<Archived> archived = new ArrayList<>();
    for (Path file : left.isEmpty() ? List.<Path>of() : files) {
      FilePosition own = before.get(file.toString());
      String from = own != null && beginsAs(file, own) ? null : formerPath(file, left);
      if (from != null) {
        positions.read(file.toString(), Objects.requireNonNull(left.remove(from)));
        archived.add(new Archived(from, file));
      }
    }
    return archived;
  }

  private static @Nullable String formerPath(Path file, Map<String, FilePosition> left)
      throws IOException {
    long size = Files.size(file);
    for (Map.Entry<String, FilePosition> each : left.entrySet()) {
      FilePosition position = each.getValue();
      if (position.headLength() >= MIN_HEAD_TO_RECOGNISE
          && position.offset() <= size
          && !each.getKey().equals(file.toString())
          && beginsAs(file, position)) {
        return each.getKey();
      }
    }
    return null;
  }

  /** Whether a file holds bytes that were not read. */
  public boolean hasNew(Path file, Positions positions) throws IOException {
    long size = Files.size(file);
    return startOffset(file, positions, size) < size;
  }

  /**
   * Sends what is new in a file.
   *
   * @return how many records were sent
   * @throws IOException when the file cannot be read or the sink refuses
   */
  public long read(Path file, Positions positions, RuleSet rules) throws IOException {
    long size = Files.size(file);
    long offset = startOffset(file, positions, size);
    if (offset >= size) {
      return 0;
    }
    Instant modified = Files.getLastModifiedTime(file).toInstant();
    boolean atRest = modified.plus(REST).isBefore(clock.instant());
    try (LogFileReader lines = LogFileReader.open(file, offset, atRest)) {
      Progress progress = new Progress(file, positions, lines);
      return fileName(file).endsWith(".ndjson")
          ? sendOtlp(progress)
          : sendRecords(progress, parser(file), modified, rules);
    }
  }

  private Function<String, LogLine> parser(Path file) throws IOException {
    PlanFile plan = PlanFile.of(fileName(file), LogFileReader.head(file, PLAN_HEAD_BYTES));
    return plan == null ? new LogLineParser(clock.instant())::parse : plan::parse;
  }

  private static long startOffset(Path file, Positions positions, long size) throws IOException {
    FilePosition known = positions.of(file.toString());
    boolean same = known != null && known.offset() <= size && beginsAs(file, known);
    return same && known != null ? known.offset() : 0;
  }

  private static boolean beginsAs(Path file, FilePosition known) throws IOException {
    return known.head().equals(LogFileReader.headHash(file, known.headLength()));
  }

  private long sendRecords(
      Progress progress, Function<String, LogLine> parser, Instant modified, RuleSet rules)
      throws IOException {
    LineJoiner joiner = new LineJoiner();
    List<LogLine> batch = new ArrayList<>();
    long sent = 0;
    boolean more = true;
    while (more) {
      String line = progress.lines.next();
      more = line != null;
      String whole = line == null ? null : joiner.add(line);
      if (whole != null) {
        batch.add(parser.apply(whole));
      }
      if (batch.size() >= BATCH || !more) {
        // the position will be behind the open record, so it belongs to this batch
        String open = joiner.flush();
        if (open != null) {
          batch.add(parser.apply(open));
        }
        send(batch, progress.file, modified, rules);
        progress.acknowledged();
        sent += batch.size();
        batch.clear();
      }
    }
    return sent;
  }

  private void send(List<LogLine> batch, Path file, Instant modified, RuleSet rules)
      throws IOException {
    Map<String, List<LogRecord>> byService = new LinkedHashMap<>();
    for (LogLine line : batch) {
      byService
          .computeIfAbsent(line.service(), service -> new ArrayList<>())
          .add(record(line, file, modified, rules));
    }
    for (Map.Entry<String, List<LogRecord>> each : byService.entrySet()) {
      sink.logs(Requests.logs(Otlp.resource(each.getKey(), environment), each.getValue()));
    }
  }

  private static LogRecord record(LogLine line, Path file, Instant modified, RuleSet rules) {
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setSeverityNumber(line.level().number())
            .setSeverityText(line.level().name())
            .setBody(AnyValue.newBuilder().setStringValue(line.body()));
    if (line.time() == null) {
      record.setObservedTimeUnixNano(Otlp.nanos(modified));
    } else {
      record.setTimeUnixNano(Otlp.nanos(line.time()));
    }
    if (line.traceId() != null) {
      record.setTraceId(Otlp.id(line.traceId()));
    }
    line.attributes().forEach((key, value) -> record.addAttributes(Otlp.text(key, value)));
    if (line.level().compareTo(LogLine.Level.ERROR) >= 0) {
      Verdict verdict = rules.classify(line.body());
      record.addAllAttributes(Otlp.defect(verdict));
    }
    record.addAttributes(Otlp.text("log.file.path", file.toString()));
    return record.build();
  }

  private long sendOtlp(Progress progress) throws IOException {
    long sent = 0;
    for (String line = progress.lines.next(); line != null; line = progress.lines.next()) {
      if (!line.isBlank()) {
        sendOtlp(line);
        sent++;
      }
      progress.acknowledged();
    }
    return sent;
  }

  /** A line that is no OTLP is passed over: it was cut when the file was written. */
  private void sendOtlp(String line) throws IOException {
    JsonNode json;
    byte[] request;
    try {
      json = Json.MAPPER.readTree(line);
      Message.Builder message = message(json);
      if (message == null) {
        return;
      }
      OtlpJson.merge(json, message);
      request = message.build().toByteArray();
    } catch (IOException e) {
      logger.warn("A line of an OTLP file is passed over: {}", e.getMessage());
      return;
    }
    if (json.has("resourceSpans")) {
      sink.traces(request);
    } else if (json.has("resourceLogs")) {
      sink.logs(request);
    } else {
      sink.metrics(request);
    }
  }

  private static Message.@Nullable Builder message(JsonNode json) {
    if (json.has("resourceSpans")) {
      return ExportTraceServiceRequest.newBuilder();
    }
    if (json.has("resourceLogs")) {
      return ExportLogsServiceRequest.newBuilder();
    }
    return json.has("resourceMetrics") ? ExportMetricsServiceRequest.newBuilder() : null;
  }

  private static String fileName(Path file) {
    return String.valueOf(file.getFileName());
  }

  /** Where reading stands and who is told. */
  private static final class Progress {
    private final Path file;
    private final Positions positions;
    private final LogFileReader lines;
    private final int headLength;
    private final String head;

    Progress(Path file, Positions positions, LogFileReader lines) throws IOException {
      this.file = file;
      this.positions = positions;
      this.lines = lines;
      this.headLength = (int) Math.min(Files.size(file), LogFileReader.HEAD_BYTES);
      this.head = LogFileReader.headHash(file, headLength);
    }

    void acknowledged() {
      positions.read(file.toString(), new FilePosition(lines.offset(), head, headLength));
    }
  }
}
