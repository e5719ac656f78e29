// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.correlationstation.mdso.BridgeStatus;
import io.correlationstation.mdso.MdsoBridge;
import io.correlationstation.mdso.MdsoConfig;
import io.correlationstation.server.forward.Forwarder;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.SegmentedJournal;
import io.correlationstation.server.journey.JourneyConfig;
import io.correlationstation.server.journey.Journeys;
import io.correlationstation.server.otlp.SpanTables;
import io.correlationstation.server.query.MdsoRoutes;
import io.correlationstation.server.query.QueryRoutes;
import io.correlationstation.server.query.Rulings;
import io.correlationstation.server.query.ServerState;
import io.correlationstation.server.query.ServerState.Check;
import io.correlationstation.server.receive.Receiver;
import io.correlationstation.server.stitch.EdgeStatistics;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.live.StitchWorker;
import io.correlationstation.server.stitch.live.StitchWorkerConfig;
import io.correlationstation.server.stitch.live.TelemetryFeed;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.UnauthorizedResponse;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server as a whole: every part wired to the journal.
 *
 * <p>Parts start from the inside outwards, so that nothing is taken in before it can be kept, and
 * stop the other way round.
 */
final class CorrelationServer implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(CorrelationServer.class);

  /** What a service manager asks; everything else needs credentials when they are switched on. */
  private static final Set<String> OPEN_PATHS = Set.of("/health", "/ready");

  private final ServerConfig config;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Journal journal;
  private final Journeys journeys;
  private final @Nullable StitchWorker stitching;
  private final Forwarder forwarder;
  private final Receiver receiver;
  private final @Nullable MdsoBridge mdso;
  private final Javalin http;

  private CorrelationServer(ServerConfig config) throws IOException {
    this.config = config;
    try {
      JvmMetrics.builder().register(registry);
      Info.builder()
          .name("corr_build_info")
          .help("Version")
          .labelNames("version")
          .register(registry)
          .setLabelValues(Version.current());
      if (config.collectorMetrics()) {
        CollectorNames.register(registry);
      }
      Path data = ownDirectory(config.dataDir());
      journal = started(SegmentedJournal.open(config.journal(), registry));
      JourneyConfig journeyConfig = JourneyConfig.inDirectory(data);
      SpanTables tables = tables(journeyConfig);
      FutureTask<Journeys> opening = openJourneys(journeyConfig, tables);
      forwarder = started(Forwarder.start(config.forward(), journal, registry));
      stitching = startStitching(data, tables);
      mdso = startMdso(config.mdso(), data);
      forgetReadersOfThePast();
      receiver = started(Receiver.start(config.receive(), journal, registry));
      journeys = opened(opening);
      http = startHttp();
      startPushing(config.pushgateway());
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Starts the server; it is ready when this returns.
   *
   * @throws IOException when the disk or a port can't be used; the message says which and what to
   *     set
   */
  static CorrelationServer start(ServerConfig config) throws IOException {
    CorrelationServer server = new CorrelationServer(config);
    LOGGER.info(
        "ready: API and page on http://{}:{}/, OTLP/HTTP on port {}, OTLP/gRPC on port {}, data in {}",
        config.bind(),
        server.httpPort(),
        server.receiver.otlpHttpPort(),
        server.receiver.otlpGrpcPort(),
        config.dataDir());
    return server;
  }

  private static Path ownDirectory(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    return directory;
  }

  /** A reader that was taken out of the settings must not hold the journal back for ever. */
  private void forgetReadersOfThePast() throws IOException {
    Set<String> readers = new HashSet<>();
    if (config.following()) {
      readers.add("journeys");
    }
    if (config.stitching()) {
      readers.add("stitch");
    }
    forwarder.destinations().forEach(destination -> readers.add(destination.name()));
    for (String name : journal.cursors()) {
      if (!readers.contains(name)) {
        LOGGER.warn("{} reads no more: what it had not got is let go", name);
        journal.forget(name);
      }
    }
  }

  private <T extends AutoCloseable> T started(T part) {
    parts.push(part);
    return part;
  }

  /** For all that any reader of the journal looks for in spans. */
  private SpanTables tables(JourneyConfig journeyConfig) {
    return new SpanTables(
        Stream.concat(
                journeyConfig.attributeNames().stream(), TelemetryFeed.keyNames(config.stitch()))
            .toList());
  }

  /** The store takes as long to open as everything else, so it is opened beside it. */
  private FutureTask<Journeys> openJourneys(JourneyConfig journeyConfig, SpanTables tables) {
    FutureTask<Journeys> opening = new FutureTask<>(() -> startJourneys(journeyConfig, tables));
    parts.push(() -> opened(opening).close());
    new Thread(opening, "open-journeys").start();
    return opening;
  }

  private static Journeys opened(FutureTask<Journeys> opening) throws IOException {
    try {
      return opening.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the journey store was opened");
    }
  }

  private Journeys startJourneys(JourneyConfig journeyConfig, SpanTables tables)
      throws IOException {
    return config.following()
        ? Journeys.start(journeyConfig, journal, tables, registry)
        : Journeys.atRest(journeyConfig, journal, registry);
  }

  private @Nullable StitchWorker startStitching(Path data, SpanTables tables) throws IOException {
    return config.stitching()
        ? started(
            StitchWorker.start(
                StitchWorkerConfig.inDirectory(data, config.stitch(), config.systemOfService())
                    .withPolledSources(config.mdso() != null)
                    .withJourneyTraces(config.journeyTraces()),
                journal,
                tables,
                registry,
                Clock.systemUTC()))
        : null;
  }

  private @Nullable MdsoBridge startMdso(@Nullable MdsoConfig mdsoConfig, Path data)
      throws IOException {
    if (mdsoConfig == null) {
      return null;
    }
    Clock clock = Clock.systemUTC();
    JournalSink sink = new JournalSink(journal, clock, registry);
    MdsoBridge bridge = MdsoBridge.start(mdsoConfig, sink, data, clock);
    MdsoMetrics.register(bridge, registry);
    return started(bridge);
  }

  private Javalin startHttp() throws IOException {
    QueryRoutes routes =
        QueryRoutes.create(
            journeys,
            this::topology,
            rulings(),
            new ServerState(Version.current(), this::checks),
            registry);
    Javalin javalin =
        Javalin.create(
            javalinConfig -> {
              javalinConfig.startup.showJavalinBanner = false;
              receiver.listen(javalinConfig, config.httpPort());
              receiver.register(javalinConfig);
              javalinConfig.routes.before(this::requireCredentials);
              routes.register(javalinConfig);
              MdsoRoutes.create(mdso).register(javalinConfig);
            });
    stopInOrder(javalin::stop, routes, receiver);
    try {
      javalin.start();
    } catch (RuntimeException e) {
      throw new IOException(
          "the API can't listen on %s port %d (is it in use? set --http-port): %s"
              .formatted(config.bind(), config.httpPort(), e.getMessage()),
          e);
    }
    return javalin;
  }

  private Rulings rulings() {
    return new Rulings() {
      @Override
      public CompletableFuture<?> rule(Ruling ruling) {
        return stitching == null
            ? CompletableFuture.failedFuture(new IllegalStateException("stitching is switched off"))
            : stitching.rule(ruling);
      }

      @Override
      public @Nullable String user(Context context) {
        return receiver.user(context.header("Authorization"));
      }
    };
  }

  /**
   * First the intakes, which tell senders to come again; then the live updates, which must end
   * while their connections are still there; the main port last.
   */
  private void stopInOrder(AutoCloseable http, AutoCloseable routes, AutoCloseable intakes) {
    parts.remove(intakes);
    parts.push(http);
    parts.push(routes);
    parts.push(intakes);
  }

  private void requireCredentials(Context context) {
    if (!OPEN_PATHS.contains(context.path()) && !receiver.admits(context.header("Authorization"))) {
      context.header("WWW-Authenticate", "Basic realm=\"correlation-station\", charset=\"UTF-8\"");
      throw new UnauthorizedResponse("user and password are needed");
    }
  }

  private List<EdgeStatistics> topology() {
    return stitching == null ? List.of() : stitching.topology();
  }

  private void startPushing(@Nullable URI pushgateway) {
    if (pushgateway != null) {
      started(MetricsPush.start(pushgateway, registry));
    }
  }

  private Map<String, Check> checks() {
    Map<String, Check> checks = new LinkedHashMap<>();
    checks.put("journal", Check.unless(journal.status().refusing()));
    checks.put("receive", Check.unless(receiver.listening() ? null : "a port does not listen"));
    if (stitching != null) {
      checks.put("stitch", Check.unlessBehind(stitching.failure()));
    }
    checks.put("journeys", Check.unlessBehind(journeys.trouble()));
    forwarder
        .destinations()
        .forEach(
            destination ->
                checks.put(
                    "forward." + destination.name(),
                    new Check(true, destination.reason().isEmpty() ? null : destination.reason())));
    if (mdso != null) {
      checks.put("mdso", mdsoCheck(mdso.status()));
    }
    return checks;
  }

  /** An orchestrator that is away keeps no sender from us. */
  private static Check mdsoCheck(BridgeStatus status) {
    return new Check(true, status.problem() == null ? status.rulesProblem() : status.problem());
  }

  /**
   * What the main port answers, such as {@code GET /ready}; the OpenAPI document lists the same.
   */
  Set<String> routes() {
    Set<String> routes = new TreeSet<>();
    http.unsafe.internalRouter.allHttpHandlers().stream()
        .map(route -> route.endpoint)
        .filter(endpoint -> endpoint.method.isHttpMethod())
        .forEach(endpoint -> routes.add(endpoint.method.name() + " " + endpoint.path));
    receiver.intakes().forEach(path -> routes.add("POST " + path));
    return routes;
  }

  /** The port of the API, also when the system chose it. */
  int httpPort() {
    return http.port();
  }

  /** Stops every part, the last one started first; what is durable stays. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      AutoCloseable part = parts.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOGGER.warn("{} did not stop cleanly", part, e);
      }
    }
  }
}
