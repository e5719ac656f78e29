// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.market;

import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.MdsoConfig;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the orchestrator's market API by polling (its event feed is not used, by design: the topics
 * are not public and carry no orchestration traces): one token for all threads, a rate limit,
 * retries and a breaker.
 *
 * <p>A read is tried at most four times within two minutes, on 429, 502, 503, 504 and broken
 * connections; a whole answer that is no JSON is not asked for again. A 401 costs one new login and
 * one replay, beside the tries. Thread-safe.
 */
public final class MdsoClient implements AutoCloseable {

  static final String RESOURCES = "/bpocore/market/api/v1/resources";
  static final String COUNT = RESOURCES + "/count";
  static final String OPERATIONS = RESOURCES + "/{id}/operations";
  static final String PRODUCTS = "/bpocore/market/api/v1/products";

  /** With every call: secrets of the schema never leave the orchestrator. */
  private static final Map<String, String> OBFUSCATED = Map.of("obfuscate", "true");

  private static final int MAX_TRIES = 4;
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final Set<Integer> RETRIED = Set.of(429, 502, 503, 504);

  private final Exchange exchange;
  private final TokenProvider tokens;
  private final Backoff backoff;
  private final int maxPages;
  private final LongSupplier nanoTime;

  private MdsoClient(
      Exchange exchange,
      TokenProvider tokens,
      Backoff backoff,
      int maxPages,
      LongSupplier nanoTime) {
    this.exchange = exchange;
    this.tokens = tokens;
    this.backoff = backoff;
    this.maxPages = maxPages;
    this.nanoTime = nanoTime;
  }

  /**
   * Makes a client; the first call logs in.
   *
   * @throws IOException when the certificates of the configuration cannot be read
   */
  public static MdsoClient create(
      MdsoConfig config,
      BridgeMetrics metrics,
      SpanRecorder spans,
      Clock clock,
      LongSupplier nanoTime,
      Pause pause)
      throws IOException {
    Exchange exchange =
        new Exchange(
            config.url(),
            config.caFile() == null ? null : TrustedCertificates.load(config.caFile()),
            config.requestTimeout(),
            config.maxResponseBytes(),
            new RateLimiter(config.requestsPerSecond(), nanoTime, pause),
            new CircuitBreaker(nanoTime),
            metrics,
            spans);
    Backoff backoff = new Backoff(clock, pause);
    return new MdsoClient(
        exchange,
        tokens(config, exchange, backoff, clock, spans),
        backoff,
        config.maxPages(),
        nanoTime);
  }

  private static TokenProvider tokens(
      MdsoConfig config, Exchange exchange, Backoff backoff, Clock clock, SpanRecorder spans) {
    LoginDialect dialect =
        switch (config.auth()) {
          case STATIC -> null;
          case TRON -> LoginDialect.TRON_JSON;
          case TRON_FORM -> LoginDialect.TRON_FORM;
          case OAUTH2 -> LoginDialect.OAUTH2;
        };
    if (dialect == null) {
      return new StaticToken(Objects.requireNonNull(config.token(), "token"));
    }
    return new LoginTokens(
        dialect,
        Objects.requireNonNull(config.user(), "user"),
        Objects.requireNonNull(config.password(), "password"),
        exchange,
        backoff,
        clock,
        spans);
  }

  /**
   * Lists resources, a page at a time.
   *
   * @param reader returns null to leave an item out
   */
  public <T> Pager<T> list(
      ResourceQuery query, Function<JsonNode, @Nullable T> reader, Function<T, String> idOf) {
    return pager(RESOURCES, RESOURCES, query.filters(), query.limit(), reader, idOf);
  }

  /** One resource; null when there is none of that id. */
  public @Nullable JsonNode resource(String id) throws MdsoException, InterruptedException {
    try {
      return json(RESOURCES + "/{id}", RESOURCES + "/" + encode(id) + query(OBFUSCATED));
    } catch (MdsoException e) {
      if (e.isNotFound()) {
        return null;
      }
      throw e;
    }
  }

  /**
   * How many resources of exactly this type there are.
   *
   * @throws MdsoException also when the answer holds no count, of kind BROKEN_JSON
   */
  public long count(String exactTypeId) throws MdsoException, InterruptedException {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("exactTypeId", exactTypeId);
    parameters.putAll(OBFUSCATED);
    JsonNode count = json(COUNT, COUNT + query(parameters)).path("count");
    if (!count.canConvertToLong() || count.longValue() < 0) {
      throw brokenJson(COUNT, new IOException("the answer has no count"));
    }
    return count.longValue();
  }

  /** The products that make resources of a type, inactive ones too, a page at a time. */
  public Pager<MdsoProduct> products(String resourceTypeId) {
    Map<String, String> filters = new LinkedHashMap<>();
    filters.put("includeInactive", "true");
    if (ResourceQuery.isFilterable(resourceTypeId)) {
      filters.put("q", "resourceTypeId:" + resourceTypeId);
    }
    return pager(
        PRODUCTS,
        PRODUCTS,
        filters,
        ResourceQuery.MAX_LIMIT,
        json -> MdsoProduct.parse(json, resourceTypeId),
        MdsoProduct::id);
  }

  /** What was done to a resource, a page at a time; fails with status 404 when there is none. */
  public Pager<MdsoOperation> operations(String resourceId) {
    return pager(
        OPERATIONS,
        RESOURCES + "/" + encode(resourceId) + "/operations",
        Map.of(),
        ResourceQuery.MAX_LIMIT,
        MdsoOperation::parse,
        MdsoOperation::id);
  }

  /** Lets the next call log in again though the last login was refused. */
  public void forgetRefusedLogin() {
    tokens.forgetRefusal();
  }

  /** Deletes the token, best effort. */
  @Override
  public void close() {
    tokens.close();
  }

  private <T> Pager<T> pager(
      String template,
      String path,
      Map<String, String> filters,
      int limit,
      Function<JsonNode, @Nullable T> reader,
      Function<T, String> idOf) {
    return new Pager<>(
        token -> {
          Map<String, String> parameters = new LinkedHashMap<>(filters);
          parameters.put("limit", Integer.toString(limit));
          if (token != null) {
            parameters.put("pageToken", token);
          }
          parameters.putAll(OBFUSCATED);
          byte[] body = get(template, path + query(parameters));
          try {
            return Page.parse(body, reader);
          } catch (IOException e) {
            throw brokenJson(template, e);
          }
        },
        idOf,
        maxPages);
  }

  private JsonNode json(String template, String pathAndQuery)
      throws MdsoException, InterruptedException {
    byte[] body = get(template, pathAndQuery);
    try {
      return Json.MAPPER.readTree(body);
    } catch (IOException e) {
      throw brokenJson(template, e);
    }
  }

  private byte[] get(String template, String pathAndQuery)
      throws MdsoException, InterruptedException {
    long giveUpAt = nanoTime.getAsLong() + DEADLINE.toNanos();
    for (int tries = 1; ; tries++) {
      MdsoException failure;
      Exchange.Answer answer = null;
      try {
        answer = sendAuthorized(template, pathAndQuery);
        if (answer.isSuccess()) {
          return answer.body();
        }
        failure = refused(template, answer);
      } catch (MdsoException e) {
        failure = e;
      }
      int status = answer == null ? 0 : answer.status();
      String retryAfter = answer == null ? null : answer.retryAfter();
      Duration delay = backoff.delay(tries, status, retryAfter);
      if (!isRetried(failure)
          || tries == MAX_TRIES
          || nanoTime.getAsLong() + delay.toNanos() - giveUpAt > 0) {
        throw failure;
      }
      backoff.pause(delay);
    }
  }

  private Exchange.Answer sendAuthorized(String template, String pathAndQuery)
      throws MdsoException, InterruptedException {
    String token = tokens.token();
    Exchange.Answer answer = exchange.send(template, authorized(pathAndQuery, token));
    if (answer.status() != 401) {
      return answer;
    }
    tokens.refused(token);
    String fresh = tokens.token();
    if (fresh.equals(token)) {
      return answer;
    }
    answer = exchange.send(template, authorized(pathAndQuery, fresh));
    if (answer.status() == 401) {
      tokens.refusedFresh(fresh, refused(template, answer));
    }
    return answer;
  }

  private HttpRequest authorized(String pathAndQuery, String token) {
    return exchange.to(pathAndQuery).header("Authorization", "Bearer " + token).GET().build();
  }

  private static boolean isRetried(MdsoException failure) {
    return switch (failure.kind()) {
      case HTTP -> RETRIED.contains(failure.status());
      case TIMEOUT, CONNECT, IO -> true;
      default -> false;
    };
  }

  private static MdsoException refused(String template, Exchange.Answer answer) {
    ErrorBody body = ErrorBody.parse(answer.body());
    String reason = body.reason() == null ? "" : ": " + body.reason();
    return new MdsoException(
        answer.status() == 401 ? MdsoException.Kind.AUTH : MdsoException.Kind.HTTP,
        answer.status(),
        template + " answered HTTP " + answer.status() + reason,
        body.traceId(),
        body.hopId());
  }

  private static MdsoException brokenJson(String template, IOException cause) {
    return new MdsoException(
        MdsoException.Kind.BROKEN_JSON, template + ": the answer cannot be read as JSON", cause);
  }

  private static String query(Map<String, String> parameters) {
    StringJoiner query = new StringJoiner("&", "?", "");
    parameters.forEach((name, value) -> query.add(name + "=" + encode(value)));
    return query.toString();
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
