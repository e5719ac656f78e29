// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.correlationstation.mdso.MdsoConfig;
import io.correlationstation.mdso.MdsoConfigException;
import io.correlationstation.server.forward.BatchLimits;
import io.correlationstation.server.forward.DestinationConfig;
import io.correlationstation.server.forward.ForwardConfig;
import io.correlationstation.server.forward.LokiOptions;
import io.correlationstation.server.journal.JournalConfig;
import io.correlationstation.server.receive.Credentials;
import io.correlationstation.server.receive.ReceiveConfig;
import io.correlationstation.server.receive.TlsFiles;
import io.correlationstation.server.stitch.StitchConfig;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every part of the server is started with, made from the settings.
 *
 * @param stitching whether fragments are joined
 * @param following whether journeys are followed
 * @param journeyTraces whether what happens on a circuit is also told as one trace a day
 * @param systemOfService what people call the system behind a service, for the names of bridge
 *     spans
 * @param mdso null when the bridge is off
 * @param collectorMetrics whether counters have the Collector's names as well
 * @param pushgateway null when metrics are only scraped
 */
record ServerConfig(
    Path dataDir,
    String bind,
    int httpPort,
    JournalConfig journal,
    StitchConfig stitch,
    boolean stitching,
    boolean following,
    boolean journeyTraces,
    Map<String, String> systemOfService,
    ForwardConfig forward,
    ReceiveConfig receive,
    @Nullable MdsoConfig mdso,
    boolean collectorMetrics,
    @Nullable URI pushgateway) {

  /** One part in so many of the heap is for what the stitcher holds. */
  private static final int STITCHING_SHARE = 4;

  /** Of a small journal, segments are smaller: room comes back a whole segment at a time. */
  private static final long SEGMENT_BYTES = 64L << 20;

  private static final int LEAST_SEGMENTS = 16;

  private static final Map<String, String> SYSTEM_OF_SERVICE =
      Map.of("mdso-scriptplan", "mdso", "mdso-log-collector", "mdso");

  /** Reads and checks all settings. */
  static ServerConfig of(Settings settings) {
    Path dataDir = settings.path(Setting.DATA_DIR).toAbsolutePath().normalize();
    return new ServerConfig(
        dataDir,
        settings.required(Setting.BIND),
        settings.port(Setting.HTTP_PORT),
        journal(settings, dataDir),
        stitch(settings),
        settings.flag(Setting.STITCH),
        settings.flag(Setting.JOURNEYS),
        settings.flag(Setting.JOURNEY_TRACES),
        SYSTEM_OF_SERVICE,
        forward(settings, dataDir),
        receive(settings),
        mdso(settings),
        settings.flag(Setting.COLLECTOR_METRICS),
        settings.url(Setting.PROMETHEUS_PUSHGATEWAY));
  }

  private static JournalConfig journal(Settings settings, Path dataDir) {
    long maxBytes = settings.bytes(Setting.JOURNAL_MAX_BYTES, 1);
    return JournalConfig.builder(dataDir.resolve("journal"))
        .maxBytes(maxBytes)
        .segmentBytes(Math.min(SEGMENT_BYTES, maxBytes / LEAST_SEGMENTS))
        .minFreeBytes(settings.bytes(Setting.MIN_FREE_BYTES))
        .build();
  }

  private static StitchConfig stitch(Settings settings) {
    StitchConfig.Builder builder =
        StitchConfig.builder()
            .window(settings.seconds(Setting.WINDOW_SECONDS))
            .maxBytes(Runtime.getRuntime().maxMemory() / STITCHING_SHARE);
    Path topology = settings.optionalPath(Setting.TOPOLOGY);
    if (topology != null) {
      builder.topology(TopologyFile.read(topology));
    }
    return builder.build();
  }

  private static ForwardConfig forward(Settings settings, Path dataDir) {
    BatchLimits limits =
        new BatchLimits(
            BatchLimits.DEFAULT.maxBytes(),
            (int) settings.number(Setting.MAX_BATCH_SIZE, 1, 1_000_000),
            BatchLimits.DEFAULT.linger(),
            BatchLimits.DEFAULT.timeout());
    List<DestinationConfig> destinations = new ArrayList<>();
    URI tempo = settings.url(Setting.TEMPO_HTTP_ENDPOINT);
    if (tempo != null) {
      destinations.add(DestinationConfig.tempo(tempo).withLimits(limits));
    } else if (settings.text(Setting.TEMPO_GRPC_ENDPOINT) != null) {
      destinations.add(tempoGrpc(settings).withLimits(limits));
    }
    URI loki = settings.url(Setting.LOKI_URL);
    if (loki != null) {
      destinations.add(
          DestinationConfig.loki(loki).withLimits(limits).withLoki(lokiOptions(settings)));
    }
    OtlpReceivers.of(settings).forEach(receiver -> destinations.add(receiver.withLimits(limits)));
    String datadogKey = settings.text(Setting.DATADOG_API_KEY);
    if (datadogKey != null) {
      destinations.add(
          DestinationConfig.datadog(datadogKey, settings.required(Setting.DATADOG_SITE)));
    }
    Set<String> dropOldest = named(Setting.FORWARD_DROP_OLDEST, settings, destinations);
    Set<String> gzip = named(Setting.FORWARD_GZIP, settings, destinations);
    destinations.replaceAll(each -> gzip.contains(each.name()) ? each.withGzip(true) : each);
    try {
      return ForwardConfig.of(dataDir.resolve("dead-letters"), destinations)
          .withDropOldest(dropOldest);
    } catch (IllegalArgumentException e) {
      throw new SettingException(String.valueOf(e.getMessage()));
    }
  }

  private static LokiOptions lokiOptions(Settings settings) {
    try {
      return new LokiOptions(
          settings.required(Setting.DEPLOYMENT_ENV),
          settings.list(Setting.LOKI_LABELS),
          LokiOptions.DEFAULT.maxSampleAge());
    } catch (IllegalArgumentException e) {
      throw new SettingException(Setting.LOKI_LABELS.variable() + ": " + e.getMessage());
    }
  }

  /** Names of destinations that there are. */
  private static Set<String> named(
      Setting setting, Settings settings, List<DestinationConfig> destinations) {
    List<String> known = destinations.stream().map(DestinationConfig::name).toList();
    List<String> named = settings.list(setting);
    for (String name : named) {
      if (!known.contains(name)) {
        throw new SettingException(
            "%s: there is no destination %s; known are %s"
                .formatted(setting.variable(), name, known));
      }
    }
    return Set.copyOf(named);
  }

  private static DestinationConfig tempoGrpc(Settings settings) {
    try {
      return DestinationConfig.tempoGrpc(settings.required(Setting.TEMPO_GRPC_ENDPOINT));
    } catch (IllegalArgumentException e) {
      throw new SettingException(
          Setting.TEMPO_GRPC_ENDPOINT.variable() + ": expected host:port or a URL");
    }
  }

  private static ReceiveConfig receive(Settings settings) {
    try {
      return receiveOf(settings);
    } catch (IllegalArgumentException e) {
      throw new SettingException(String.valueOf(e.getMessage()));
    }
  }

  private static ReceiveConfig receiveOf(Settings settings) {
    return ReceiveConfig.builder()
        .bind(settings.required(Setting.BIND))
        .otlpHttpPort(settings.port(Setting.OTLP_HTTP_PORT))
        .otlpGrpcPort(settings.port(Setting.OTLP_GRPC_PORT))
        .tenantBytesPerSecond(settings.bytes(Setting.TENANT_BYTES_PER_SECOND))
        .credentials(credentials(settings))
        .tls(tls(settings))
        .corsOrigins(Set.copyOf(settings.list(Setting.CORS_ORIGINS)))
        .build();
  }

  private static @Nullable Credentials credentials(Settings settings) {
    return settings.flag(Setting.ENABLE_BASIC_AUTH)
        ? new Credentials(
            settings.required(Setting.BASIC_AUTH_USER), settings.required(Setting.BASIC_AUTH_PASS))
        : null;
  }

  private static @Nullable TlsFiles tls(Settings settings) {
    Path certificate = settings.optionalPath(Setting.TLS_CERT);
    Path key = settings.optionalPath(Setting.TLS_KEY);
    Path clientCa = settings.optionalPath(Setting.TLS_CLIENT_CA);
    if (certificate == null && key == null && clientCa == null) {
      return null;
    }
    if (certificate == null || key == null) {
      throw new SettingException(
          Setting.TLS_CERT.variable() + " and " + Setting.TLS_KEY.variable() + " go together");
    }
    return new TlsFiles(certificate, key, clientCa);
  }

  private static @Nullable MdsoConfig mdso(Settings settings) {
    try {
      return MdsoConfig.fromEnvironment(settings.environment());
    } catch (MdsoConfigException e) {
      throw new SettingException(String.valueOf(e.getMessage()));
    }
  }
}
