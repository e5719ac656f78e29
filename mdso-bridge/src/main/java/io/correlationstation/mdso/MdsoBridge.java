// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import io.correlationstation.mdso.collect.CollectionService;
import io.correlationstation.mdso.collect.Job;
import io.correlationstation.mdso.errors.ErrorCount;
import io.correlationstation.mdso.errors.ErrorLedger;
import io.correlationstation.mdso.errors.ErrorText;
import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.errors.Verdict;
import io.correlationstation.mdso.market.MdsoClient;
import io.correlationstation.mdso.market.Pause;
import io.correlationstation.mdso.telemetry.ActiveSpan;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.MetricPoint;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bridge to the orchestrator: collects on a schedule and on demand, and answers what {@code
 * /mdso/*} asks.
 *
 * <p>Everything it finds goes to the sink as OTLP: spans and records of orchestration traces
 * (service {@code mdso-scriptplan}), its own spans, events and metrics (service {@code
 * mdso-log-collector}). Thread-safe.
 */
public final class MdsoBridge implements AutoCloseable {

  private static final DateTimeFormatter RFC_3339 =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

  private final ProductTypes types;
  private final RuleBook rules;
  private final ErrorLedger errors;
  private final BridgeMetrics metrics;
  private final SpanRecorder spans;
  private final CollectionService collections;

  private MdsoBridge(
      ProductTypes types,
      RuleBook rules,
      ErrorLedger errors,
      BridgeMetrics metrics,
      SpanRecorder spans,
      CollectionService collections) {
    this.types = types;
    this.rules = rules;
    this.errors = errors;
    this.metrics = metrics;
    this.spans = spans;
    this.collections = collections;
  }

  /**
   * Starts the bridge. The orchestrator is first called by the first collection.
   *
   * @param dataDir keeps {@code mdso-checkpoint.json}
   * @throws MdsoConfigException when a rule or a certificate file is wrong
   * @throws IOException when the data directory cannot be used
   */
  public static MdsoBridge start(MdsoConfig config, OtlpSink sink, Path dataDir, Clock clock)
      throws IOException {
    return start(config, sink, dataDir, clock, MdsoBridge::sleep);
  }

  static MdsoBridge start(MdsoConfig config, OtlpSink sink, Path dataDir, Clock clock, Pause pause)
      throws IOException {
    ProductTypes types = ProductTypes.shipped();
    ErrorLedger errors = new ErrorLedger(clock);
    BridgeMetrics metrics = new BridgeMetrics(clock, config.deploymentEnvironment());
    SpanRecorder spans = new SpanRecorder(sink, clock, config.deploymentEnvironment());
    RuleBook rules = RuleBook.open(config.rules(), taken -> told(taken, metrics, spans));
    MdsoClient client = client(config, metrics, spans, clock, pause);
    CollectionService collections =
        CollectionService.start(
            config,
            types,
            client,
            dataDir,
            new CollectionService.Shared(sink, clock, rules, errors, metrics, spans));
    return new MdsoBridge(types, rules, errors, metrics, spans, collections);
  }

  static void sleep(Duration pause) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(pause.toNanos());
  }

  private static void told(boolean taken, BridgeMetrics metrics, SpanRecorder spans) {
    String outcome = taken ? "taken" : "refused";
    metrics.rulesReloaded(outcome);
    spans.event("rules_reloaded", "outcome", outcome);
  }

  static MdsoClient client(
      MdsoConfig config, BridgeMetrics metrics, SpanRecorder spans, Clock clock, Pause pause) {
    try {
      return MdsoClient.create(config, metrics, spans, clock, System::nanoTime, pause);
    } catch (IOException e) {
      throw new MdsoConfigException("MDSO_CA_FILE: " + e.getMessage());
    }
  }

  /**
   * Starts a collection, or gives the one of this product type that is queued or running.
   *
   * @param productType null or unknown is refused
   * @param timeRange such as {@code 3h}; null from where the last collection ended
   * @throws IllegalArgumentException with a message for the caller, when an argument is wrong
   */
  public JobView trigger(@Nullable String productType, @Nullable String timeRange) {
    ProductType type = productType == null ? null : types.named(productType);
    if (type == null) {
      throw new IllegalArgumentException(
          (productType == null ? "product_type is missing" : "unknown product_type")
              + "; known are "
              + String.join(", ", types.names()));
    }
    Duration range = timeRange == null ? null : Durations.parse(timeRange);
    if (timeRange != null && range == null) {
      throw new IllegalArgumentException(
          "time_range is no duration; write a number and a unit, such as 5s, 1m, 3h, 1d, 1w");
    }
    return collections.trigger(type, range, timeRange).view();
  }

  /** Null when there is no such job. */
  public @Nullable JobView job(String id) {
    Job job = collections.job(id);
    return job == null ? null : job.view();
  }

  /**
   * Errors by code and product, the most frequent first; counted since the data directory was made,
   * restarts included.
   */
  public List<ErrorRow> errors() {
    return errors.counts().stream().map(MdsoBridge::row).toList();
  }

  /**
   * Errors of the time that ends now, by event time.
   *
   * @param productName null for all products
   * @param timeInterval such as {@code 1h}, at most {@code 1w}; null for all times
   * @throws IllegalArgumentException with a message for the caller, when the interval is none
   */
  public List<ErrorRow> errors(@Nullable String productName, @Nullable String timeInterval) {
    List<ErrorCount> counts =
        timeInterval == null ? errors.counts() : errors.counts("", interval(timeInterval));
    return counts.stream()
        .filter(count -> productName == null || productName.equals(count.product()))
        .map(MdsoBridge::row)
        .toList();
  }

  private static Duration interval(String text) {
    Duration interval = Durations.parse(text);
    if (interval == null || interval.compareTo(ErrorLedger.KEPT) > 0) {
      throw new IllegalArgumentException(
          "time_interval is no duration up to 1w; write a number and a unit, such as 1m, 1h, 1d, 1w");
    }
    return interval;
  }

  /** Groups of errors without a code: what new rules could be written for. */
  public List<UnclassifiedRow> unclassified() {
    return errors.unclassified().stream()
        .map(
            group ->
                new UnclassifiedRow(
                    group.fingerprint(),
                    group.count(),
                    group.sample(),
                    group.template(),
                    time(group.firstSeen()),
                    time(group.lastSeen())))
        .toList();
  }

  /**
   * Tries the rules on texts and counts nothing.
   *
   * @param productType name of a product or product type; null when not known
   * @return a verdict for each text, in order
   */
  public List<TextVerdict> testTexts(@Nullable String productType, List<String> texts) {
    try (ActiveSpan span = spans.start("mdso.test_error")) {
      span.attribute("mdso.log_count", texts.size());
      return texts.stream().map(text -> verdict(productType, text)).toList();
    } finally {
      spans.flush();
    }
  }

  private TextVerdict verdict(@Nullable String productType, String text) {
    Verdict verdict =
        productType == null
            ? rules.rules().classify(text)
            : rules.rules().classify(text, productType);
    return new TextVerdict(verdict.code(), verdict.rule(), ErrorText.fingerprint(text));
  }

  /** How the bridge is now. */
  public BridgeStatus status() {
    return new BridgeStatus(collections.problem(), rules.refusal(), spans.dropped());
  }

  /** The bridge's metrics as they stand. */
  public List<MetricPoint> metrics() {
    return metrics.points();
  }

  /** Names of the product types that can be collected. */
  public List<String> productTypes() {
    return types.names();
  }

  /** Ends what runs and deletes the token; waits some seconds at most. */
  @Override
  public void close() {
    collections.close();
  }

  private static ErrorRow row(ErrorCount count) {
    return new ErrorRow(
        count.code(),
        count.product(),
        count.count(),
        time(count.firstSeen()),
        time(count.lastSeen()));
  }

  static String time(Instant instant) {
    return RFC_3339.format(instant);
  }
}
