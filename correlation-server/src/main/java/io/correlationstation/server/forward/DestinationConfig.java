// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static java.util.Objects.requireNonNull;

import io.correlationstation.server.journal.Signal;
import java.net.URI;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One place that the journal is forwarded to.
 *
 * @param name of its cursor, thread, metric label and dead-letter file; lower-case letters, digits,
 *     {@code -} and {@code _}
 * @param protocol what it speaks
 * @param endpoint absolute {@code http} or {@code https} URL: a base URL, or one that already ends
 *     in the path of the protocol; user information in it becomes basic authentication
 * @param headers sent with every request, such as an API key; never logged
 * @param signals the kinds of frames it takes; all others are counted as filtered
 * @param gzip whether request bodies are compressed, which costs more processor time than all the
 *     rest of forwarding
 * @param limits of one request
 * @param retry what happens when a request is not taken
 * @param loki used with {@link Protocol#LOKI_PUSH}, and its environment with {@link
 *     Protocol#DATADOG}
 */
public record DestinationConfig(
    String name,
    Protocol protocol,
    URI endpoint,
    Map<String, String> headers,
    Set<Signal> signals,
    boolean gzip,
    BatchLimits limits,
    RetryPolicy retry,
    LokiOptions loki) {

  private static final String TEMPO = "tempo";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
  private static final Pattern HEADER = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Set<Signal> ALL = EnumSet.of(Signal.TRACES, Signal.LOGS, Signal.METRICS);

  /** Its trace intake refuses more than about 3.2 MB. */
  private static final BatchLimits DATADOG_LIMITS =
      new BatchLimits(3 << 20, 8192, Duration.ofMillis(200), Duration.ofSeconds(30));

  public DestinationConfig {
    requireNonNull(protocol, "protocol");
    requireNonNull(limits, "limits");
    requireNonNull(retry, "retry");
    requireNonNull(loki, "loki");
    headers = Map.copyOf(headers);
    signals = Set.copyOf(signals);
    if (!isName(name)) {
      throw new IllegalArgumentException("name is not [a-z0-9_-]: " + name);
    }
    if (signals.isEmpty()) {
      throw new IllegalArgumentException("signals is empty: " + name);
    }
    if (signals.contains(Signal.HANDOFFS) || signals.contains(Signal.RULINGS)) {
      throw new IllegalArgumentException(
          "signals has HANDOFFS or RULINGS, which stay here: " + name);
    }
    requireHttp(name, endpoint);
    headers.forEach(DestinationConfig::requireHeader);
  }

  /** Tempo, or anything else that takes traces by OTLP over HTTP. */
  public static DestinationConfig tempo(URI endpoint) {
    return of(TEMPO, Protocol.OTLP_HTTP, endpoint).withSignals(Set.of(Signal.TRACES));
  }

  /** Loki by its push API; the URL of the server or of the push path. */
  public static DestinationConfig loki(URI endpoint) {
    return of("loki", Protocol.LOKI_PUSH, endpoint).withSignals(Set.of(Signal.LOGS));
  }

  /** Any OTLP endpoint over HTTP; traces, logs and metrics. */
  public static DestinationConfig otlp(String name, URI endpoint, Map<String, String> headers) {
    return of(name, Protocol.OTLP_HTTP, endpoint).withHeaders(headers);
  }

  /**
   * Tempo, or anything else that takes traces by OTLP over gRPC.
   *
   * @param target {@code host:port} or a URL; TLS with {@code https} only
   */
  public static DestinationConfig tempoGrpc(String target) {
    URI endpoint = URI.create(target.contains("://") ? target : "http://" + target);
    return of(TEMPO, Protocol.OTLP_GRPC, endpoint).withSignals(Set.of(Signal.TRACES));
  }

  /**
   * Datadog's intake; traces and logs. Metrics are not sent: it takes deltas only, and ours are
   * cumulative.
   *
   * @param site such as {@code datadoghq.com}
   */
  public static DestinationConfig datadog(String apiKey, String site) {
    return of("datadog", Protocol.DATADOG, URI.create("https://otlp." + site))
        .withSignals(Set.of(Signal.TRACES, Signal.LOGS))
        .withHeaders(Map.of("dd-api-key", apiKey))
        .withGzip(true)
        .withLimits(DATADOG_LIMITS);
  }

  private static DestinationConfig of(String name, Protocol protocol, URI endpoint) {
    return new DestinationConfig(
        name,
        protocol,
        endpoint,
        Map.of(),
        ALL,
        false,
        BatchLimits.DEFAULT,
        RetryPolicy.DEFAULT,
        LokiOptions.DEFAULT);
  }

  public DestinationConfig withHeaders(Map<String, String> value) {
    return new DestinationConfig(
        name, protocol, endpoint, value, signals, gzip, limits, retry, loki);
  }

  public DestinationConfig withSignals(Set<Signal> value) {
    return new DestinationConfig(
        name, protocol, endpoint, headers, value, gzip, limits, retry, loki);
  }

  public DestinationConfig withGzip(boolean value) {
    return new DestinationConfig(
        name, protocol, endpoint, headers, signals, value, limits, retry, loki);
  }

  public DestinationConfig withLimits(BatchLimits value) {
    return new DestinationConfig(
        name, protocol, endpoint, headers, signals, gzip, value, retry, loki);
  }

  public DestinationConfig withRetry(RetryPolicy value) {
    return new DestinationConfig(
        name, protocol, endpoint, headers, signals, gzip, limits, value, loki);
  }

  public DestinationConfig withLoki(LokiOptions value) {
    return new DestinationConfig(
        name, protocol, endpoint, headers, signals, gzip, limits, retry, value);
  }

  /** Why it is not meant to get frames of that kind, or null when it is. */
  @Nullable String unwanted(Signal signal) {
    if (signal == Signal.HANDOFFS || signal == Signal.RULINGS) {
      return "internal";
    }
    return signals.contains(signal) ? null : "signal";
  }

  /** Whether the limits of Tempo hold there that a sender is not told of. */
  boolean isTempo() {
    return name.equals(TEMPO);
  }

  /** Names the destination without its secrets. */
  @Override
  public String toString() {
    String place = endpoint.getHost() + (endpoint.getPort() < 0 ? "" : ":" + endpoint.getPort());
    return name + " (" + protocol + " " + place + ", " + List.copyOf(signals) + ")";
  }

  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The message leaves the value out, which may be a key. */
  private static void requireHeader(String header, String value) {
    if (!HEADER.matcher(header).matches()) {
      throw new IllegalArgumentException("no name of a header: " + header);
    }
    if (value.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new IllegalArgumentException(
          "the value of the header " + header + " holds a control character");
    }
  }

  private static void requireHttp(String name, URI endpoint) {
    String scheme = String.valueOf(endpoint.getScheme());
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException(
          "endpoint of " + name + " is not http or https: " + scheme);
    }
    if (endpoint.getHost() == null) {
      throw new IllegalArgumentException("endpoint of " + name + " has no host");
    }
  }
}
