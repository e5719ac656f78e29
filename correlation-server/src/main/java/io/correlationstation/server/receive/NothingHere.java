// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Answers 404 where OTLP is spoken, in the encoding that the request declared. */
final class NothingHere extends Handler.Abstract {

  /** For the paths that start so; the others are left to another handler. */
  static Handler below(String prefix, Handler others) {
    NothingHere nothing = new NothingHere();
    return new Handler.Wrapper(others) {
      @Override
      public boolean handle(Request request, Response response, Callback callback)
          throws Exception {
        return Request.getPathInContext(request).startsWith(prefix)
            ? nothing.handle(request, response, callback)
            : super.handle(request, response, callback);
      }
    };
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    String type = Exchange.bareType(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
    Refusal refusal = Refusal.notFound(Request.getPathInContext(request));
    Answer answer = OtlpDialect.status(type, refusal);
    response.setStatus(answer.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, String.valueOf(answer.contentType()));
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
    return true;
  }
}
