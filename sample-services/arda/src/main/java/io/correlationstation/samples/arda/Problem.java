// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A failure the caller is told about as {@code application/problem+json} (RFC 9457). */
final class Problem extends RuntimeException {

  private static final long serialVersionUID = 1L;
  private static final Logger logger = LoggerFactory.getLogger(Problem.class);

  private final int status;

  Problem(int status, String detail) {
    this(status, detail, null);
  }

  Problem(int status, String detail, @Nullable Throwable cause) {
    super(detail, cause);
    this.status = status;
  }

  int status() {
    return status;
  }

  /** Turns every failure of a route into a problem document; nothing internal gets out. */
  static void register(RoutesConfig routes) {
    routes.exception(
        Problem.class,
        (problem, ctx) -> {
          if (problem.status >= 500) {
            logger.warn("{} {}: {}", ctx.method(), ctx.path(), problem.getMessage(), problem);
          } else {
            logger.info("{} {}: {}", ctx.method(), ctx.path(), problem.getMessage());
          }
          answer(ctx, problem.status, problem.getMessage());
        });
    routes.exception(
        HttpResponseException.class, (e, ctx) -> answer(ctx, e.getStatus(), e.getMessage()));
    routes.exception(
        Exception.class,
        (e, ctx) -> {
          logger.error("{} {} failed", ctx.method(), ctx.path(), e);
          answer(ctx, 500, null);
        });
  }

  private static void answer(Context ctx, int status, @Nullable String detail) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("type", "about:blank");
    document.put("title", HttpStatus.forStatus(status).getMessage());
    document.put("status", status);
    if (detail != null) {
      document.put("detail", detail);
    }
    document.put("instance", ctx.path());
    ctx.status(status).json(document).contentType("application/problem+json");
  }
}
