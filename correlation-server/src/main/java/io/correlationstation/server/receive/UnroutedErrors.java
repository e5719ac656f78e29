// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a request of the OTLP/HTTP port before a handler sees it, a broken path for
 * example, or while its body comes in. Told in the encoding that the request declared, and as JSON
 * when that is not known by then.
 */
final class UnroutedErrors extends ErrorHandler {

  private static final int FIRST_OF_OURS = 500;

  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback)
      throws IOException {
    if (code >= FIRST_OF_OURS) {
      super.generateResponse(request, response, code, message, cause, callback);
    } else {
      String type = Exchange.bareType(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
      Answer answer = OtlpDialect.status(type, Refusal.badRequest(String.valueOf(message)));
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, String.valueOf(answer.contentType()));
      response.write(true, ByteBuffer.wrap(answer.body()), callback);
    }
  }
}
