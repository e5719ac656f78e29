// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.json.JavalinJackson;
import io.javalin.util.JavalinBindException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP side of the network services API: routes, limits, start and graceful stop. */
final class BeornServer implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(BeornServer.class);
  private static final Duration DRAIN = Duration.ofSeconds(5);
  private static final long MAX_BODY_BYTES = 64 * 1024;
  private static final ObjectMapper json =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final BeornConfig config;
  private final Neighbours neighbours;
  private final Orchestrator orchestrator;
  private final OrderBook orders = new OrderBook();
  private final NetworkServices services;
  private final Javalin http;

  /** Throws {@link NotStartedException} when the port cannot be opened. */
  static BeornServer start(BeornConfig config) {
    BeornServer server = new BeornServer(config);
    try {
      server.http.start(config.bind(), config.port());
    } catch (JavalinBindException e) {
      throw new NotStartedException(
          "cannot listen on " + config.bind() + " port " + config.port() + ": is it in use?", e);
    }
    return server;
  }

  private BeornServer(BeornConfig config) {
    this.config = config;
    this.neighbours = new Neighbours(config.callTimeout());
    this.orchestrator =
        new Orchestrator(config.mdsoUrl(), config.mdsoUser(), config.mdsoPassword(), neighbours);
    this.services =
        new NetworkServices(new Inventory(config.palantirUrl(), neighbours), orchestrator, orders);
    this.http = Javalin.create(this::configure);
  }

  int port() {
    return http.port();
  }

  /** Takes no new request, gives those in flight 5 s to end, and gives the session back. */
  @Override
  public void close() {
    logger.info("beorn stops");
    http.stop();
    orchestrator.close();
  }

  private void configure(JavalinConfig javalin) {
    javalin.startup.showJavalinBanner = false;
    javalin.startup.showOldJavalinVersionWarning = false;
    javalin.startup.startupWatcherEnabled = false;
    javalin.jsonMapper(new JavalinJackson(json, false));
    javalin.http.prefer405over404 = true;
    javalin.http.maxRequestSize = MAX_BODY_BYTES;
    javalin.jetty.modifyServer(jetty -> jetty.setStopTimeout(DRAIN.toMillis()));
    routes(javalin.routes);
    Problem.register(javalin.routes);
  }

  private void routes(RoutesConfig routes) {
    routes.get("/health", ctx -> ctx.json(Map.of("status", "healthy")));
    routes.get("/api/test", this::test);
    routes.post("/beorn/api/v1/service/create", this::create);
    routes.get("/beorn/api/v1/services", this::services);
  }

  private void create(Context ctx) throws Exception {
    OrderRequest request = OrderRequest.parse(ctx::header, ctx.body());
    ctx.status(201).json(services.create(request));
  }

  private void services(Context ctx) {
    String circuitId = circuitId(ctx);
    ctx.json(new Services(circuitId, orders.ofCircuit(circuitId)));
  }

  /** Calls each neighbour once, so that a trace through all of them can be seen. */
  private void test(Context ctx) {
    String circuitId = circuitId(ctx);
    List<Neighbours.Probe> calls =
        List.of(
            neighbours.probe(
                "palantir",
                Neighbours.query(config.palantirUrl(), "/palantir/api/v1/inventory", circuitId)),
            neighbours.probe(
                "arda", Neighbours.query(config.ardaUrl(), "/arda/api/v1/topology", circuitId)));
    boolean reached = calls.stream().allMatch(Neighbours.Probe::reached);
    logger.info("test traffic for circuit {}: {}", circuitId, calls);
    ctx.json(new TestReport("beorn", circuitId, reached ? "ok" : "degraded", calls));
  }

  private static String circuitId(Context ctx) {
    return CircuitId.require(ctx.queryParam("circuit_id"));
  }

  /** Answer of {@code /beorn/api/v1/services}: the circuit's latest orders, oldest first. */
  record Services(String circuitId, List<Order> services) {}

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
