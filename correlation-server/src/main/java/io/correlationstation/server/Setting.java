// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of {@code station serve}: its flag, its environment variable, its default and its
 * meaning. The command line, the check for unknown variables and the configuration reference are
 * made from this list.
 *
 * <p>Secrets have no flag: a command line is visible to every user of the machine.
 */
enum Setting {
  DATA_DIR(
      "--data-dir",
      "STATION_DATA_DIR",
      "station-data",
      "directory of the journal, the journeys and the dead letters"),
  BIND("--bind", "STATION_BIND", "127.0.0.1", "address that all ports listen on"),
  HTTP_PORT(
      "--http-port",
      "STATION_HTTP_PORT",
      "8080",
      "API, page, /api/otlp/v1/*, /metrics, /health, /ready; 0 takes a free port"),
  OTLP_HTTP_PORT("--otlp-http-port", "STATION_OTLP_HTTP_PORT", "4318", "OTLP over HTTP"),
  OTLP_GRPC_PORT("--otlp-grpc-port", "STATION_OTLP_GRPC_PORT", "4317", "OTLP over gRPC"),
  JOURNAL_MAX_BYTES(
      "--journal-max-bytes",
      "STATION_JOURNAL_MAX_BYTES",
      "8GiB",
      "size of the journal at which intake is refused with 503; at least 1MiB, sensibly more than"
          + " two minutes of intake"),
  MIN_FREE_BYTES(
      "--min-free-bytes",
      "STATION_MIN_FREE_BYTES",
      "512MiB",
      "free space on the disk below which intake is refused"),
  TENANT_BYTES_PER_SECOND(
      "--tenant-bytes-per-second",
      "STATION_TENANT_BYTES_PER_SECOND",
      "0",
      "what each tenant (X-Scope-OrgID) may send, decompressed, before it is told 429; 0: no limit"),
  TOPOLOGY(
      "--topology",
      "STATION_TOPOLOGY",
      null,
      "YAML file with known calls: edges, a list of {caller, callee} services"),
  WINDOW_SECONDS(
      "--window-seconds",
      "CORR_WINDOW_SECONDS",
      "60",
      "how far apart in event time two fragments of one run may be"),
  STITCH(
      "--stitch",
      "STATION_STITCH",
      "true",
      "join fragments; false for a server that only keeps and forwards"),
  JOURNEYS(
      "--journeys",
      "STATION_JOURNEYS",
      "true",
      "follow journeys; false for a server that only keeps and forwards"),
  JOURNEY_TRACES(
      "--journey-traces",
      "STATION_JOURNEY_TRACES",
      "false",
      "tell what happens on a circuit also as one trace a day, of less than 5 MB a part"),
  MAX_BATCH_SIZE(
      "--max-batch-size",
      "MAX_BATCH_SIZE",
      "5000",
      "most items in one request to a destination (Datadog has its own limits)"),
  CORS_ORIGINS(
      "--cors-origins",
      "STATION_CORS_ORIGINS",
      null,
      "origins that browsers may send telemetry from, comma-separated"),
  ENABLE_BASIC_AUTH(
      "--enable-basic-auth",
      "ENABLE_BASIC_AUTH",
      "false",
      "ask for a user and a password everywhere but /health and /ready"),
  BASIC_AUTH_USER(null, "BASIC_AUTH_USER", null, "the user of basic authentication"),
  BASIC_AUTH_PASS(null, "BASIC_AUTH_PASS", null, "the password of basic authentication"),
  TLS_CERT("--tls-cert", "STATION_TLS_CERT", null, "PEM file: the server's certificate chain"),
  TLS_KEY("--tls-key", "STATION_TLS_KEY", null, "PEM file: the key of that certificate"),
  TLS_CLIENT_CA(
      "--tls-client-ca",
      "STATION_TLS_CLIENT_CA",
      null,
      "PEM file: senders must show a certificate that these sign"),
  TEMPO_HTTP_ENDPOINT(
      "--tempo-http-endpoint",
      "TEMPO_HTTP_ENDPOINT",
      null,
      "base URL of Tempo's OTLP/HTTP receiver; traces are forwarded there; wins over the gRPC one"),
  TEMPO_GRPC_ENDPOINT(
      "--tempo-grpc-endpoint",
      "TEMPO_GRPC_ENDPOINT",
      null,
      "host:port or URL of Tempo's OTLP/gRPC receiver"),
  LOKI_URL(
      "--loki-url", "LOKI_URL", null, "push URL or base URL of Loki; logs are forwarded there"),
  FORWARD_OTLP_ENDPOINT(
      "--forward-otlp-endpoint",
      "STATION_FORWARD_OTLP_ENDPOINT",
      null,
      "base URL of any OTLP/HTTP receiver; takes traces, logs and metrics; several as name=URL,"
          + " comma-separated"),
  FORWARD_OTLP_HEADERS(
      null,
      "STATION_FORWARD_OTLP_HEADERS",
      null,
      "headers for that receiver: name=value, comma-separated; for one of several:"
          + " receiver:name=value"),
  FORWARD_DROP_OLDEST(
      "--forward-drop-oldest",
      "STATION_FORWARD_DROP_OLDEST",
      null,
      "names of destinations, comma-separated, whose oldest data is dropped when the journal gets"
          + " full because only they have not taken it; otherwise senders are refused then"),
  FORWARD_GZIP(
      "--forward-gzip",
      "STATION_FORWARD_GZIP",
      null,
      "names of destinations, comma-separated, whose requests are compressed, for several times the"
          + " processor time; loki and datadog are anyway"),
  LOKI_LABELS(
      "--loki-labels",
      "STATION_LOKI_LABELS",
      null,
      "attributes with few values, comma-separated, at most four, that become labels in Loki besides"
          + " service and env; ids are refused"),
  DATADOG_API_KEY(
      null, "DATADOG_API_KEY", null, "turns the destination datadog on and authenticates there"),
  DATADOG_SITE("--datadog-site", "DATADOG_SITE", "datadoghq.com", "site of Datadog"),
  PROMETHEUS_PUSHGATEWAY(
      "--prometheus-pushgateway",
      "PROMETHEUS_PUSHGATEWAY",
      null,
      "base URL of a Prometheus Pushgateway that gets the server's metrics every 15 s"),
  COLLECTOR_METRICS(
      "--collector-metrics",
      "STATION_COLLECTOR_METRICS",
      "false",
      "show counters also under the names of the OpenTelemetry Collector's own"),
  DEPLOYMENT_ENV(
      "--deployment-env",
      "DEPLOYMENT_ENV",
      "dev",
      "label env of forwarded logs that name no environment themselves"),
  LOG_LEVEL(
      "--log-level",
      "LOG_LEVEL",
      "info",
      "trace, debug, info, warn or error, for the server itself"),
  LOG_FORMAT("--log-format", "STATION_LOG_FORMAT", "json", "json or text, for the server itself");

  private final @Nullable String flag;
  private final String variable;
  private final @Nullable String defaultValue;
  private final String meaning;

  Setting(@Nullable String flag, String variable, @Nullable String defaultValue, String meaning) {
    this.flag = flag;
    this.variable = variable;
    this.defaultValue = defaultValue;
    this.meaning = meaning;
  }

  static Optional<Setting> ofVariable(String variable) {
    return Arrays.stream(values()).filter(s -> s.variable.equals(variable)).findFirst();
  }

  /** The command line flag, or null for a secret. */
  @Nullable String flag() {
    return flag;
  }

  String variable() {
    return variable;
  }

  /** What holds when nothing is set, or null when the feature is then off. */
  @Nullable String defaultValue() {
    return defaultValue;
  }

  String meaning() {
    return meaning;
  }
}
