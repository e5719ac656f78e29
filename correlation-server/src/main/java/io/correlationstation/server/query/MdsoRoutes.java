// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.ErrorRow;
import io.correlationstation.mdso.JobView;
import io.correlationstation.mdso.MdsoBridge;
import io.correlationstation.mdso.TextVerdict;
import io.correlationstation.mdso.UnclassifiedRow;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes below {@code /mdso/}: collections and what the error analysis found. Without a bridge
 * each answers 503 and says how to switch it on.
 *
 * <pre>
 *   POST /mdso/trigger-collection?product_type=&amp;time_range=   202 {job_id, product_type, status}, Location; 400
 *   GET  /mdso/jobs/{id}                200 {@link JobView}; 404
 *   GET  /mdso/errors?product_name=&amp;time_interval=   200 {items: [{@link ErrorRow}]}; 400
 *   GET  /mdso/errors/unclassified      200 {items: [{@link UnclassifiedRow}]}
 *   POST /mdso/errors/test {product_type, texts: [string]}   200 {results: [{@link TextVerdict}]}; 400
 * </pre>
 *
 * {@code time_range} and {@code time_interval} are a number and one of {@code s m h d w}; errors
 * are problem+json.
 */
public final class MdsoRoutes {

  private static final String OFF =
      "The MDSO bridge is off; set MDSO_URL (and MDSO_USER, MDSO_PASS) to switch it on";

  private final @Nullable MdsoBridge bridge;

  private MdsoRoutes(@Nullable MdsoBridge bridge) {
    this.bridge = bridge;
  }

  /**
   * Makes the routes.
   *
   * @param bridge null when it is off: then every route says how to switch it on
   */
  public static MdsoRoutes create(@Nullable MdsoBridge bridge) {
    return new MdsoRoutes(bridge);
  }

  /** Adds the routes to a server that is being configured. */
  public void register(JavalinConfig config) {
    config.routes.post("/mdso/trigger-collection", answering(this::trigger));
    config.routes.get("/mdso/jobs/{id}", answering(this::job));
    config.routes.get("/mdso/errors", answering(MdsoRoutes::errors));
    config.routes.get(
        "/mdso/errors/unclassified",
        answering((on, context) -> Json.answer(context, Map.of("items", on.unclassified()))));
    config.routes.post("/mdso/errors/test", answering(MdsoRoutes::testTexts));
  }

  private Handler answering(Route route) {
    return context -> {
      if (bridge == null) {
        Json.problem(context, HttpStatus.SERVICE_UNAVAILABLE, OFF);
        return;
      }
      try {
        route.answer(bridge, context);
      } catch (BadRequest | IllegalArgumentException e) {
        Json.problem(context, HttpStatus.BAD_REQUEST, String.valueOf(e.getMessage()));
      }
    };
  }

  private void trigger(MdsoBridge on, Context context) {
    Parameters parameters = new Parameters(context);
    JobView job = on.trigger(parameters.text("product_type"), parameters.text("time_range"));
    context.status(HttpStatus.ACCEPTED).header("Location", "/mdso/jobs/" + job.jobId());
    Json.answer(
        context,
        Map.of("job_id", job.jobId(), "product_type", job.productType(), "status", job.status()));
  }

  private void job(MdsoBridge on, Context context) {
    JobView job = on.job(context.pathParam("id"));
    if (job == null) {
      Json.problem(context, HttpStatus.NOT_FOUND, "There is no job " + context.pathParam("id"));
    } else {
      Json.answer(context, job);
    }
  }

  private static void errors(MdsoBridge on, Context context) {
    Parameters parameters = new Parameters(context);
    Json.answer(
        context,
        Map.of(
            "items", on.errors(parameters.text("product_name"), parameters.text("time_interval"))));
  }

  private static void testTexts(MdsoBridge on, Context context) {
    JsonNode body = Json.bodyOfAnyType(context);
    JsonNode texts = body.path("texts");
    if (!texts.isArray()) {
      throw new BadRequest("texts is not a list of strings");
    }
    List<String> values = new ArrayList<>();
    for (JsonNode text : texts) {
      if (!text.isTextual()) {
        throw new BadRequest("texts is not a list of strings");
      }
      values.add(text.textValue());
    }
    String productType = body.path("product_type").textValue();
    Json.answer(context, Map.of("results", on.testTexts(productType, values)));
  }

  /** Answers one request with the bridge, which is on. */
  private interface Route {
    void answer(MdsoBridge on, Context context);
  }
}
