// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.LogScan;
import io.correlationstation.server.otlp.LogView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Datadog: traces as OTLP, logs by the logs API. A resend after a lost answer shows twice there: it
 * knows no identical entries.
 *
 * <p>The logs API takes 1000 entries and 5 MB a request, cuts entries above 1 MB without saying so
 * (here they are cut with a mark), and takes nothing older than 18 h (those become dead letters).
 */
final class DatadogDestination implements Destination {

  static final int MAX_ENTRIES = 1000;
  static final int MAX_MESSAGE_BYTES = 900_000;
  static final Duration MAX_AGE = Duration.ofHours(18);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final DestinationConfig config;
  private final HttpSender http;
  private final OtlpHttpDestination traces;
  private final DatadogResponses responses;
  private final Clock clock;

  DatadogDestination(DestinationConfig config, Clock clock) {
    this.config = config;
    this.http = new HttpSender(config);
    this.traces = new OtlpHttpDestination(config, clock);
    this.responses = new DatadogResponses(clock);
    this.clock = clock;
  }

  @Override
  public Prepared prepare(List<Frame> frames) {
    List<Frame> logs = new ArrayList<>();
    List<Frame> others = new ArrayList<>();
    frames.forEach(frame -> (frame.signal() == Signal.LOGS ? logs : others).add(frame));
    List<Batch> batches = new ArrayList<>(traces.prepare(others).batches());
    List<Refused> refused = new ArrayList<>();
    for (Frame frame : logs) {
      prepare(frame, batches, refused);
    }
    return new Prepared(batches, refused);
  }

  private void prepare(Frame frame, List<Batch> batches, List<Refused> refused) {
    String tenant = frame.headers().get(OtlpPacker.TENANT);
    long oldest = TimeUnit.MILLISECONDS.toNanos(clock.instant().minus(MAX_AGE).toEpochMilli());
    Packer good = new Packer(tenant);
    Packer old = new Packer(tenant);
    int read =
        LogScan.scan(
            frame.payload(),
            log -> {
              long time = log.timeNanos() > 0 ? log.timeNanos() : frame.receivedNanos();
              (time < oldest ? old : good).add(entry(log, time));
            });
    batches.addAll(good.finish());
    old.finish().forEach(batch -> refused.add(new Refused(batch, "too_old")));
    if (read < frame.items()) {
      refused.add(new Refused(OtlpBatch.of(frame, frame.items() - read), "unreadable"));
    }
  }

  private byte[] entry(LogView log, long time) {
    ObjectNode entry = JSON.createObjectNode();
    Map<String, String> attributes = new HashMap<>(log.resourceAttributes());
    attributes.putAll(log.attributes());
    attributes.forEach(entry::put);
    String host = attributes.get("host.name");
    if (host != null) {
      entry.put("hostname", host);
    }
    put(entry, "trace_id", log.traceId());
    put(entry, "span_id", log.spanId());
    put(entry, "status", log.severityText());
    entry.put("service", log.service());
    entry.put("ddtags", "env:" + environment(attributes));
    entry.put("timestamp", TimeUnit.NANOSECONDS.toMillis(time));
    entry.put("message", message(log.body()));
    try {
      return JSON.writeValueAsBytes(entry);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a tree of strings is JSON", e);
    }
  }

  private String environment(Map<String, String> attributes) {
    String own = attributes.get("deployment.environment.name");
    own = own == null ? attributes.get("deployment.environment") : own;
    return own == null ? config.loki().environment() : own;
  }

  private static void put(ObjectNode entry, String name, @Nullable String value) {
    if (value != null && !value.isEmpty()) {
      entry.put(name, value);
    }
  }

  private static String message(String body) {
    byte[] utf8 = body.getBytes(StandardCharsets.UTF_8);
    if (utf8.length <= MAX_MESSAGE_BYTES) {
      return body;
    }
    int end = LokiNames.cut(utf8, 0, MAX_MESSAGE_BYTES);
    return new String(utf8, 0, end, StandardCharsets.UTF_8)
        + "…[cut, "
        + (utf8.length - end)
        + " bytes more]";
  }

  @Override
  public Verdict send(Batch batch) throws IOException, InterruptedException {
    if (batch.encoding() != DeadLetter.Encoding.DATADOG_LOGS) {
      return traces.send(batch);
    }
    Map<String, String> headers = Map.of("Content-Type", "application/json");
    return responses.judge(
        http.post(
            Endpoints.datadogLogs(config.endpoint()),
            List.of(ByteBuffer.wrap(batch.payload())),
            headers));
  }

  @Override
  public void close() {
    traces.close();
    http.close();
  }

  /** Fills batches of one tenant. */
  private final class Packer {

    private final @Nullable String tenant;
    private final List<Batch> full = new ArrayList<>();
    private final List<byte[]> open = new ArrayList<>();
    private long bytes;

    Packer(@Nullable String tenant) {
      this.tenant = tenant;
    }

    void add(byte[] entry) {
      int maxEntries = Math.min(MAX_ENTRIES, config.limits().maxItems());
      if (bytes + entry.length > config.limits().maxBytes() || open.size() >= maxEntries) {
        close();
      }
      open.add(entry);
      bytes += entry.length + 1;
    }

    List<Batch> finish() {
      close();
      return full;
    }

    private void close() {
      if (!open.isEmpty()) {
        full.add(DatadogLogBatch.of(tenant, open));
        open.clear();
        bytes = 0;
      }
    }
  }
}
