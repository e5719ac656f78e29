// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.samples.palantir.Inventory.Device;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.json.JavalinJackson;
import io.javalin.util.JavalinBindException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP side of the inventory: routes, limits, start and graceful stop. */
final class PalantirServer implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(PalantirServer.class);
  private static final Duration DRAIN = Duration.ofSeconds(5);
  private static final long MAX_BODY_BYTES = 64 * 1024;
  private static final ObjectMapper json =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final PalantirConfig config;
  private final Neighbours neighbours;
  private final Inventory inventory = new Inventory();
  private final Javalin http;

  /** Throws {@link NotStartedException} when the port cannot be opened. */
  static PalantirServer start(PalantirConfig config) {
    PalantirServer server = new PalantirServer(config);
    try {
      server.http.start(config.bind(), config.port());
    } catch (JavalinBindException e) {
      server.neighbours.close();
      throw new NotStartedException(
          "cannot listen on " + config.bind() + " port " + config.port() + ": is it in use?", e);
    }
    return server;
  }

  private PalantirServer(PalantirConfig config) {
    this.config = config;
    this.neighbours = new Neighbours(config.callTimeout());
    this.http = Javalin.create(this::configure);
  }

  int port() {
    return http.port();
  }

  /** Takes no new request and gives those in flight 5 s to end. */
  @Override
  public void close() {
    logger.info("palantir stops");
    http.stop();
    neighbours.close();
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
    routes.get("/palantir/api/v1/devices", this::devices);
    routes.get("/palantir/api/v1/inventory", this::inventory);
    routes.post("/palantir/api/v1/reservations", this::reserve);
  }

  /** The devices alone: what palantir knows without asking anybody. */
  private void devices(Context ctx) {
    String circuitId = circuitId(ctx);
    ctx.json(new Devices(circuitId, inventory.devices(circuitId)));
  }

  /** The devices with the sites they stand in, which arda knows. */
  private void inventory(Context ctx) {
    String circuitId = circuitId(ctx);
    List<Device> devices = inventory.devices(circuitId);
    HttpUrl.Builder sites = Neighbours.url(config.ardaUrl(), "arda/api/v1/sites");
    devices.forEach(device -> sites.addQueryParameter("tid", device.tid()));
    JsonNode answer = neighbours.get("arda", sites.build());
    logger.info("inventory of {}: {} devices", circuitId, devices.size());
    ctx.json(new Stock(circuitId, devices, answer.path("sites"), inventory.reservedFor(circuitId)));
  }

  private void reserve(Context ctx) {
    ReservationRequest request = ReservationRequest.parse(ctx.body());
    Inventory.Reservation reservation =
        inventory.reserve(request.circuitId(), request.resourceId());
    logger.info("reserved {} devices of {}", reservation.devices(), request.circuitId());
    ctx.status(201).json(reservation);
  }

  /** Calls each neighbour once, so that a trace through all of them can be seen. */
  private void test(Context ctx) {
    String circuitId = circuitId(ctx);
    List<Neighbours.Probe> calls =
        List.of(
            probe("beorn", config.beornUrl(), "beorn/api/v1/services", circuitId),
            probe("arda", config.ardaUrl(), "arda/api/v1/topology", circuitId));
    boolean reached = calls.stream().allMatch(Neighbours.Probe::reached);
    logger.info("test traffic for circuit {}: {}", circuitId, calls);
    ctx.json(new TestReport("palantir", circuitId, reached ? "ok" : "degraded", calls));
  }

  private Neighbours.Probe probe(String service, URI base, String path, String circuitId) {
    HttpUrl url = Neighbours.url(base, path).addQueryParameter("circuit_id", circuitId).build();
    return neighbours.probe(service, url);
  }

  private static String circuitId(Context ctx) {
    return CircuitId.require(ctx.queryParam("circuit_id"));
  }

  /** Answer of {@code /palantir/api/v1/devices}. */
  record Devices(String circuitId, List<Device> devices) {}

  /**
   * Answer of {@code /palantir/api/v1/inventory}.
   *
   * @param reservedFor resource id of the reservation, or null
   */
  record Stock(
      String circuitId, List<Device> devices, JsonNode sites, @Nullable String reservedFor) {}

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
