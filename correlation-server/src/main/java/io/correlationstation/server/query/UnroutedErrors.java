// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import io.javalin.http.HttpStatus;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong before a route sees the request, a broken path for example, told as a route
 * would.
 */
final class UnroutedErrors extends ErrorHandler {

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    HttpStatus status = HttpStatus.forStatus(code);
    String detail = message == null ? status.getMessage() : message;
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Json.PROBLEM_TYPE);
    response.write(true, ByteBuffer.wrap(Json.problem(status, detail)), callback);
  }
}
