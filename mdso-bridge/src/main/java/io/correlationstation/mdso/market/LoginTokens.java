// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shared token, made by login and deleted on close, because accounts limit their sessions.
 *
 * <p>Single flight: callers that find no token wait for the one login under way and share its
 * outcome. A refused login, or a refusal of the token that it gave, is remembered for five minutes
 * or until someone asks again by hand, and every call in between fails with it: failed logins lock
 * the account, and so do too many sessions. A login is retried only when no connection could be
 * made.
 */
final class LoginTokens implements TokenProvider {

  private static final Duration REFUSAL_HOLD = Duration.ofMinutes(5);
  private static final Duration DELETE_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration MAX_SKEW = Duration.ofSeconds(30);
  private static final int CONNECT_TRIES = 4;
  private static final Logger logger = LoggerFactory.getLogger(LoginTokens.class);

  private final LoginDialect dialect;
  private final String user;
  private final String password;
  private final Exchange exchange;
  private final Backoff backoff;
  private final Clock clock;
  private final SpanRecorder events;

  private @Nullable String token;
  private Instant renewAt = Instant.MIN;
  private @Nullable MdsoException refusal;
  private Instant refusalEnds = Instant.MIN;

  LoginTokens(
      LoginDialect dialect,
      String user,
      String password,
      Exchange exchange,
      Backoff backoff,
      Clock clock,
      SpanRecorder events) {
    this.dialect = dialect;
    this.user = user;
    this.password = password;
    this.exchange = exchange;
    this.backoff = backoff;
    this.clock = clock;
    this.events = events;
  }

  @Override
  public synchronized String token() throws MdsoException, InterruptedException {
    Instant now = clock.instant();
    if (token != null && now.isBefore(renewAt)) {
      return token;
    }
    if (refusal != null && now.isBefore(refusalEnds)) {
      throw refusal;
    }
    token = null;
    try {
      return login();
    } catch (MdsoException e) {
      if (e.kind() == MdsoException.Kind.AUTH) {
        hold(e);
      }
      throw e;
    }
  }

  private void hold(MdsoException reason) {
    refusal = reason;
    refusalEnds = clock.instant().plus(REFUSAL_HOLD);
  }

  @Override
  public synchronized void refused(String refusedToken) {
    if (refusedToken.equals(token)) {
      token = null;
    }
  }

  @Override
  public synchronized void refusedFresh(String refusedToken, MdsoException reason) {
    if (refusedToken.equals(token)) {
      hold(reason);
      close();
    }
  }

  @Override
  public synchronized void forgetRefusal() {
    refusal = null;
  }

  @Override
  public synchronized void close() {
    String last = token;
    token = null;
    if (last == null) {
      return;
    }
    HttpRequest request =
        exchange
            .to(dialect.path() + "/" + URLEncoder.encode(last, StandardCharsets.UTF_8))
            .header("Authorization", "Bearer " + last)
            .DELETE()
            .build();
    try {
      if (exchange.send(dialect.tokenTemplate(), request, DELETE_TIMEOUT).isSuccess()) {
        events.event("token_deleted");
      } else {
        logger.warn("The orchestrator did not delete the token; it ends by itself");
      }
    } catch (MdsoException e) {
      logger.warn("The token could not be deleted; it ends by itself: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String login() throws MdsoException, InterruptedException {
    HttpRequest request =
        exchange
            .to(dialect.path())
            .header("Content-Type", dialect.contentType())
            .POST(HttpRequest.BodyPublishers.ofString(dialect.body(user, password)))
            .build();
    Exchange.Answer answer = sendUntilConnected(request);
    if (!answer.isSuccess()) {
      throw loginFailure(answer);
    }
    JsonNode json = parse(answer);
    String fresh = dialect.token(json);
    if (fresh == null) {
      throw new MdsoException(
          MdsoException.Kind.AUTH, answer.status(), dialect.path() + ": login failed", null, null);
    }
    Instant now = clock.instant();
    Instant expiry = LoginDialect.expiry(json, now);
    renewAt = expiry.minus(skew(Duration.between(now, expiry)));
    token = fresh;
    refusal = null;
    events.event("token_acquired");
    return fresh;
  }

  private Exchange.Answer sendUntilConnected(HttpRequest request)
      throws MdsoException, InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return exchange.send(dialect.path(), request);
      } catch (MdsoException e) {
        if (e.kind() != MdsoException.Kind.CONNECT || tries == CONNECT_TRIES) {
          throw e;
        }
        backoff.pause(backoff.delay(tries, 0, null));
      }
    }
  }

  private MdsoException loginFailure(Exchange.Answer answer) {
    ErrorBody body = ErrorBody.parse(answer.body());
    boolean refused = answer.status() >= 400 && answer.status() < 500 && answer.status() != 429;
    return new MdsoException(
        refused ? MdsoException.Kind.AUTH : MdsoException.Kind.HTTP,
        answer.status(),
        dialect.path() + ": login answered HTTP " + answer.status(),
        body.traceId(),
        body.hopId());
  }

  private JsonNode parse(Exchange.Answer answer) throws MdsoException {
    try {
      return Json.MAPPER.readTree(answer.body());
    } catch (IOException e) {
      // the exception may quote the body, and with it the token
      throw new MdsoException(
          MdsoException.Kind.BROKEN_JSON, dialect.path() + ": the answer is no JSON", null);
    }
  }

  private static Duration skew(Duration life) {
    Duration fifth = life.dividedBy(5);
    return fifth.compareTo(MAX_SKEW) < 0 ? fifth : MAX_SKEW;
  }
}
