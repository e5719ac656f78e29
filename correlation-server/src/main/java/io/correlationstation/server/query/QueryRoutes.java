// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import io.correlationstation.server.journey.Journeys;
import io.correlationstation.server.stitch.EdgeStatistics;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes that answer: query API, live updates, operational endpoints and the page. */
public final class QueryRoutes implements AutoCloseable {

  private static final String API = "/api/";

  static final String LIVE_PATH = API + "live";

  private static final Logger logger = LoggerFactory.getLogger(QueryRoutes.class);

  private final Map<String, Handler> handlers;
  private final Map<String, Handler> posts;
  private final LiveUpdates live;

  private QueryRoutes(Map<String, Handler> handlers, Map<String, Handler> posts, LiveUpdates live) {
    this.handlers = handlers;
    this.posts = posts;
    this.live = live;
  }

  /**
   * Makes the routes; they answer once they are registered on a server.
   *
   * @param topology asked at each request
   * @param rulings takes what persons decide
   */
  public static QueryRoutes create(
      Journeys journeys,
      Supplier<List<EdgeStatistics>> topology,
      Rulings rulings,
      ServerState state,
      PrometheusRegistry registry) {
    Map<String, Handler> handlers = new LinkedHashMap<>();
    PageFiles.load().handlers().forEach(handlers::put);
    JourneyApi api = new JourneyApi(journeys);
    handlers.put("/api/search", api::search);
    handlers.put("/api/correlations", api::correlations);
    handlers.put("/api/circuits/{id}", api::circuit);
    handlers.put("/api/journeys", api::journeys);
    handlers.put("/api/journeys/{id}", api::journey);
    handlers.put("/api/journeys/{id}/diff", api::diff);
    handlers.put("/api/journeys/{id}/evidence", api::evidence);
    handlers.put("/api/handoffs", api::handoffs);
    handlers.put("/api/handoffs/{id}", api::handoff);
    handlers.put("/api/traces/{id}", api::trace);
    handlers.put("/api/topology", new TopologyApi(topology)::topology);
    Operations operations = new Operations(state, registry);
    handlers.put("/health", operations::health);
    handlers.put("/ready", operations::ready);
    handlers.put("/metrics", operations::metrics);
    RulingApi ruling = new RulingApi(journeys, rulings);
    Map<String, Handler> posts = new LinkedHashMap<>();
    posts.put("/api/handoffs/{id}/verdict", ruling::verdict);
    posts.put("/api/aliases/retract", ruling::retractAlias);
    QueryNames names = QueryNames.load();
    handlers.replaceAll(
        (path, handler) -> path.startsWith(API) ? checked(names, path, handler) : handler);
    return new QueryRoutes(handlers, posts, LiveUpdates.start(journeys));
  }

  private static Handler checked(QueryNames names, String path, Handler handler) {
    return context -> {
      names.check(path, context);
      handler.handle(context);
    };
  }

  /** Adds the routes to a server that is being configured. */
  public void register(JavalinConfig config) {
    handlers.forEach(
        (path, handler) -> config.routes.get(path, context -> answer(handler, context)));
    posts.forEach((path, handler) -> config.routes.post(path, context -> answer(handler, context)));
    config.routes.sse(LIVE_PATH, live::connect);
    config.jetty.modifyServer(server -> server.setErrorHandler(new UnroutedErrors()));
    config.routes.exception(
        HttpResponseException.class,
        (problem, context) ->
            Json.problem(
                context,
                HttpStatus.forStatus(problem.getStatus()),
                String.valueOf(problem.getMessage())));
  }

  /** Paths of all routes, for the check against the OpenAPI document. */
  List<String> paths() {
    List<String> paths = new ArrayList<>(handlers.keySet());
    paths.addAll(posts.keySet());
    paths.add(LIVE_PATH);
    return paths;
  }

  /** Ends the live updates. */
  @Override
  public void close() {
    live.close();
  }

  private static void answer(Handler handler, Context context) throws Exception {
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    context.header("Cache-Control", "no-store");
    try {
      handler.handle(context);
    } catch (BadRequest e) {
      Json.problem(context, HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      logger.warn("{} cannot be answered", context.path(), e);
      Json.problem(
          context, HttpStatus.SERVICE_UNAVAILABLE, "The journey store cannot answer at the moment");
    }
  }
}
