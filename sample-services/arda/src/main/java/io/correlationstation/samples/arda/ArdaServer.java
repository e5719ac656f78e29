// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.json.JavalinJackson;
import io.javalin.util.JavalinBindException;
import io.opentelemetry.api.OpenTelemetry;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP side of the topology service: routes, limits, start and graceful stop. */
final class ArdaServer implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(ArdaServer.class);
  private static final Duration DRAIN = Duration.ofSeconds(5);
  private static final ObjectMapper json =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final Neighbours neighbours;
  private final Topology topology;
  private final ArdaConfig config;
  private final Javalin http;

  /** Throws {@link NotStartedException} when the port cannot be opened. */
  static ArdaServer start(ArdaConfig config, OpenTelemetry telemetry) {
    ArdaServer server = new ArdaServer(config, telemetry);
    try {
      server.http.start(config.bind(), config.port());
    } catch (JavalinBindException e) {
      server.neighbours.close();
      throw new NotStartedException(
          "cannot listen on " + config.bind() + " port " + config.port() + ": is it in use?", e);
    }
    return server;
  }

  private ArdaServer(ArdaConfig config, OpenTelemetry telemetry) {
    this.config = config;
    this.neighbours = new Neighbours(config.callTimeout());
    this.topology = new Topology(config.palantirUrl(), neighbours, telemetry);
    this.http = Javalin.create(this::configure);
  }

  int port() {
    return http.port();
  }

  /** Takes no new request and gives those in flight 5 s to end. */
  @Override
  public void close() {
    logger.info("arda stops");
    http.stop();
    neighbours.close();
  }

  private void configure(JavalinConfig javalin) {
    javalin.startup.showJavalinBanner = false;
    javalin.startup.showOldJavalinVersionWarning = false;
    javalin.startup.startupWatcherEnabled = false;
    javalin.jsonMapper(new JavalinJackson(json, false));
    javalin.http.prefer405over404 = true;
    javalin.jetty.modifyServer(jetty -> jetty.setStopTimeout(DRAIN.toMillis()));
    routes(javalin.routes);
    Problem.register(javalin.routes);
  }

  private void routes(RoutesConfig routes) {
    routes.get("/health", ctx -> ctx.json(Map.of("status", "healthy")));
    routes.get("/api/test", this::test);
    routes.get("/arda/api/v1/topology", ctx -> ctx.json(topology.of(circuitId(ctx))));
    routes.get("/arda/api/v1/sites", ctx -> ctx.json(Site.of(ctx.queryParams("tid"))));
  }

  /** Calls each neighbour once, so that a trace through all of them can be seen. */
  private void test(Context ctx) {
    String circuitId = circuitId(ctx);
    List<Neighbours.Probe> calls =
        List.of(
            probe("beorn", config.beornUrl(), "/beorn/api/v1/services", circuitId),
            probe("palantir", config.palantirUrl(), "/palantir/api/v1/devices", circuitId));
    boolean reached = calls.stream().allMatch(Neighbours.Probe::reached);
    logger.info("test traffic for circuit {}: {}", circuitId, calls);
    ctx.json(new TestReport("arda", circuitId, reached ? "ok" : "degraded", calls));
  }

  private Neighbours.Probe probe(String service, URI base, String path, String circuitId) {
    return neighbours.probe(service, Neighbours.query(base, path, "circuit_id", circuitId));
  }

  private static String circuitId(Context ctx) {
    return CircuitId.require(ctx.queryParam("circuit_id"));
  }

  /** Answer of {@code /api/test}; status is {@code ok} or {@code degraded}. */
  record TestReport(
      String service, String circuitId, String status, List<Neighbours.Probe> calls) {}

  /** The port cannot be opened; the message is one readable line. */
  static final class NotStartedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotStartedException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
