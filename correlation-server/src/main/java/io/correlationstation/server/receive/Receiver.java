// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import com.github.benmanes.caffeine.cache.Ticker;
import io.correlationstation.server.journal.Journal;
import io.correlationstation.server.journal.Signal;
import io.javalin.config.JavalinConfig;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * Everything that takes telemetry in: OTLP/HTTP and OTLP/gRPC on ports of their own, and the
 * intakes of the main port. What is answered with success is durable in the journal.
 */
public final class Receiver implements AutoCloseable {

  /** What the main port takes like the OTLP/HTTP port. */
  private static final String ALIASES = "/api/otlp/";

  private final ReceiveConfig config;
  private final HttpIntake http;
  private final Timestamps timestamps;
  private final Server server;
  private final ServerConnector connector;
  private final GrpcIntake grpc;

  private Receiver(ReceiveConfig config, Journal journal, PrometheusRegistry registry) {
    this.config = config;
    Clock clock = Clock.systemUTC();
    ByteBudget budget = new ByteBudget(config.maxInFlightBytes());
    ReceiveMetrics metrics = new ReceiveMetrics(registry, budget);
    timestamps = new Timestamps(config.zone());
    Duplicates duplicates =
        new Duplicates(config.duplicateWindow(), Ticker.systemTicker(), journal.identity());
    long nowNanos = Timestamps.nanos(clock.instant());
    Recollection.fill(duplicates, journal, config.duplicateWindow(), nowNanos);
    Intake intake =
        new Intake(
            journal,
            duplicates,
            new TenantQuota(config.tenantBytesPerSecond(), System::nanoTime),
            metrics);
    http = new HttpIntake(config, intake, metrics, budget, () -> Timestamps.nanos(clock.instant()));
    server = new Server(new QueuedThreadPool(64, 4, 30_000));
    connector =
        HttpConnectors.create(server, new HttpConfiguration(), config, config.otlpHttpPort());
    server.addConnector(connector);
    server.setHandler(http.handler(otlp("/v1/"), new NothingHere()));
    server.setErrorHandler(new UnroutedErrors());
    grpc = new GrpcIntake(config, intake, metrics, budget, http::nowNanos);
  }

  /**
   * Opens the OTLP ports.
   *
   * @throws IOException when a port cannot be opened; the message names it and its setting
   */
  public static Receiver start(ReceiveConfig config, Journal journal, PrometheusRegistry registry)
      throws IOException {
    Receiver receiver = new Receiver(config, journal, registry);
    try {
      receiver.open();
      return receiver;
    } catch (IOException | RuntimeException e) {
      receiver.close();
      throw e;
    }
  }

  private void open() throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      throw cannotListen("OTLP/HTTP", config.otlpHttpPort(), "otlp-http-port", e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("OTLP/HTTP does not start: " + e.getMessage(), e);
    }
    try {
      grpc.start();
    } catch (IOException e) {
      throw cannotListen("OTLP/gRPC", config.otlpGrpcPort(), "otlp-grpc-port", e);
    }
  }

  private IOException cannotListen(String what, int port, String setting, IOException e) {
    return new IOException(
        "%s cannot listen on %s port %d (is it in use? set --%s): %s"
            .formatted(what, config.bind(), port, setting, e.getMessage()),
        e);
  }

  /**
   * Puts the intakes of the main port in front of the routes of that server: {@code
   * /api/otlp/v1/*}, {@code /api/logs}, {@code /api/events}, {@code /mdso/logs} and {@code
   * /loki/api/v1/push}.
   */
  public void register(JavalinConfig javalin) {
    Map<String, Dialect> dialects = mainPort();
    javalin.jetty.modifyServer(
        main ->
            main.setHandler(http.handler(dialects, NothingHere.below(ALIASES, main.getHandler()))));
  }

  /** Paths of the intakes of the main port; all take POST. */
  public Set<String> intakes() {
    return mainPort().keySet();
  }

  private Map<String, Dialect> mainPort() {
    Map<String, Dialect> dialects = new LinkedHashMap<>(otlp(ALIASES + "v1/"));
    dialects.put("/api/logs", new LogsDialect(false, timestamps));
    dialects.put("/mdso/logs", new LogsDialect(true, timestamps));
    dialects.put("/api/events", new EventsDialect(timestamps));
    dialects.put("/loki/api/v1/push", new LokiDialect());
    return dialects;
  }

  /**
   * Makes the main port listen as the OTLP/HTTP port does: same address and TLS, HTTP/1.1 and
   * HTTP/2, same idle timeout.
   *
   * @param port 0 lets the system choose
   */
  public void listen(JavalinConfig javalin, int port) {
    javalin.jetty.addConnector(
        (main, configuration) -> HttpConnectors.create(main, configuration, config, port));
  }

  private static Map<String, Dialect> otlp(String prefix) {
    return Map.of(
        prefix + "traces", new OtlpDialect(Signal.TRACES),
        prefix + "logs", new OtlpDialect(Signal.LOGS),
        prefix + "metrics", new OtlpDialect(Signal.METRICS));
  }

  /**
   * Whether a request may go on: its credentials are right, or none are asked for.
   *
   * @param authorization the header, or null when the request has none
   */
  public boolean admits(@Nullable String authorization) {
    Credentials credentials = config.credentials();
    return credentials == null || credentials.match(authorization);
  }

  /** Whose credentials these are; null when none are asked for or they are wrong. */
  public @Nullable String user(@Nullable String authorization) {
    Credentials credentials = config.credentials();
    return credentials != null && credentials.match(authorization) ? credentials.user() : null;
  }

  /** The port that is open, also when the system chose it. */
  public int otlpHttpPort() {
    return connector.getLocalPort();
  }

  public int otlpGrpcPort() {
    return grpc.port();
  }

  /** Whether both OTLP ports listen. */
  public boolean listening() {
    return connector.isRunning() && grpc.listening();
  }

  /**
   * Tells every new request, on the main port too, to come again, waits for those in progress as
   * long as configured, then closes the OTLP ports. After it nothing is appended to the journal.
   */
  @Override
  public void close() {
    try {
      grpc.drain();
      http.drain(config.stopGrace());
      grpc.close(config.stopGrace());
      server.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("OTLP/HTTP does not stop", e);
    }
  }
}
