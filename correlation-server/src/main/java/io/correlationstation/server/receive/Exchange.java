// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.util.Objects.requireNonNullElse;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One request to a {@link Dialect}: checks its head, reads the body, hands it to the intake,
 * answers. No thread waits in between.
 */
final class Exchange {

  private final HttpIntake http;
  private final Dialect dialect;
  private final Request request;
  private final Response response;
  private final Callback callback;
  private final ByteBudget.Lease lease;
  private String contentType = "";

  Exchange(
      HttpIntake http, Dialect dialect, Request request, Response response, Callback callback) {
    this.http = http;
    this.dialect = dialect;
    this.request = request;
    this.response = response;
    this.callback = callback;
    this.lease = http.budget().lease();
  }

  void run() {
    contentType = bareType(request.getHeaders().get(HttpHeader.CONTENT_TYPE));
    try {
      http.checkHead(request);
      dialect.checkType(contentType);
      List<String> codings =
          dialect.codings(contentType, request.getHeaders().get(HttpHeader.CONTENT_ENCODING));
      new BodyReader(request, http.config().maxBodyBytes(), http.config().slowBodyGrace(), lease)
          .read()
          .whenComplete((body, failure) -> bodyRead(codings, body, failure));
    } catch (Refusal e) {
      refuse(e);
    } catch (RuntimeException e) {
      refuse(Intake.refusal(e));
    }
  }

  private void bodyRead(List<String> codings, byte @Nullable [] body, @Nullable Throwable failure) {
    if (body == null) {
      notRead(requireNonNullElse(failure, new IllegalStateException("no body")));
      return;
    }
    try {
      byte[] decoded = Codings.decode(codings, body, http.config().maxBodyBytes(), lease);
      lease.take(dialect.workingBytes(contentType, decoded.length));
      Delivery delivery = delivery(decoded);
      settle(delivery, http.intake().take(delivery, dialect));
    } catch (Refusal e) {
      refuse(e);
    } catch (RuntimeException | Error e) {
      refuse(Intake.refusal(e)); // nobody waits for what a future's continuation throws
    }
  }

  private void notRead(Throwable failure) {
    if (failure instanceof Refusal refusal) {
      refuse(refusal);
      return;
    }
    lease.close();
    http.metrics().aborted(dialect.signal(), dialect.transport());
    http.left();
    callback.failed(failure);
  }

  private Delivery delivery(byte[] body) throws Refusal {
    HttpFields headers = request.getHeaders();
    return new Delivery(
        dialect.signal(),
        dialect.transport(),
        contentType,
        body,
        Tenants.check(headers.get(Delivery.TENANT)),
        idempotencyKey(),
        service(),
        http.nowNanos());
  }

  /** Senders that leave it empty name nothing, least of all the same request. */
  private @Nullable String idempotencyKey() {
    String key = request.getHeaders().get("Idempotency-Key");
    return key == null || key.isBlank() ? null : key;
  }

  private @Nullable String service() throws Refusal {
    if (request.getHttpURI().getQuery() == null) {
      return null;
    }
    try {
      return Request.extractQueryParameters(request).getValue("service");
    } catch (RuntimeException e) {
      throw Refusal.badRequest("the query is not readable");
    }
  }

  private void settle(Delivery delivery, CompletableFuture<Outcome> outcome) {
    outcome.whenCompleteAsync(
        (settled, failure) -> {
          if (failure == null) {
            answer(dialect.success(delivery, settled), 0);
          } else {
            refuse(Intake.refusal(failure));
          }
        },
        http.executor(request));
  }

  private void refuse(Refusal refusal) {
    http.metrics().refused(dialect.signal(), dialect.transport(), refusal);
    HttpFields.Mutable headers = response.getHeaders();
    switch (refusal.kind()) {
      case NOT_ALLOWED -> headers.put(HttpHeader.ALLOW, "POST");
      case UNAUTHENTICATED ->
          headers.put(HttpHeader.WWW_AUTHENTICATE, "Basic realm=\"correlation-station\"");
      case SLOW -> close(headers);
      default -> {}
    }
    answer(dialect.refusal(contentType, refusal), refusal.retryAfterSeconds());
  }

  private void close(HttpFields.Mutable headers) {
    if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
      headers.put(HttpHeader.CONNECTION, "close");
    }
  }

  private void answer(Answer answer, int retryAfterSeconds) {
    lease.close();
    HttpFields.Mutable headers = response.getHeaders();
    if (retryAfterSeconds > 0) {
      headers.put(HttpHeader.RETRY_AFTER, retryAfterSeconds);
    }
    if (http.draining()) {
      close(headers);
    }
    if (answer.contentType() != null) {
      headers.put(HttpHeader.CONTENT_TYPE, answer.contentType());
    }
    response.setStatus(answer.status());
    if (answer.status() != 204) {
      headers.put(HttpHeader.CONTENT_LENGTH, answer.body().length);
    }
    response.write(true, ByteBuffer.wrap(answer.body()), Callback.from(callback, http::left));
  }

  /** Without parameters, in lower case; empty when there is none. */
  static String bareType(@Nullable String header) {
    if (header == null) {
      return "";
    }
    int end = header.indexOf(';');
    return (end < 0 ? header : header.substring(0, end)).trim().toLowerCase(Locale.ROOT);
  }
}
