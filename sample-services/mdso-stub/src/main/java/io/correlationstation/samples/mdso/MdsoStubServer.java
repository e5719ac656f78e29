// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.mdso;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathTemplate;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.common.FatalStartupException;
import com.github.tomakehurst.wiremock.common.Notifier;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.correlationstation.samples.mdso.Route.Answer;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stubbed orchestrator behind one port: WireMock mappings over a market and its plans. */
final class MdsoStubServer implements AutoCloseable {

  private static final Logger logger = LoggerFactory.getLogger(MdsoStubServer.class);
  private static final String RESOURCES = "/bpocore/market/api/v1/resources";
  private static final Duration DRAIN = Duration.ofSeconds(5);
  private static final int MAX_JOURNAL = 1_000;

  private final MdsoStubConfig config;
  private final Plans plans;
  private final WireMockServer http;

  /** Throws {@link NotStartedException} when the port cannot be opened. */
  static MdsoStubServer start(MdsoStubConfig config) {
    MdsoStubServer server = new MdsoStubServer(config, Clock.systemUTC());
    try {
      server.http.start();
    } catch (FatalStartupException e) {
      server.plans.close();
      throw new NotStartedException(
          "cannot listen on " + config.bind() + " port " + config.port() + ": is it in use?", e);
    }
    return server;
  }

  private MdsoStubServer(MdsoStubConfig config, InstantSource clock) {
    this.config = config;
    Market market = new Market(clock);
    this.plans = new Plans(config, market, clock);
    TokenApi tokens = new TokenApi(new Tokens(config.user(), config.password(), clock), clock);
    MarketApi resources = new MarketApi(market, plans);

    Map<String, Route.Endpoint> endpoints = new LinkedHashMap<>();
    endpoints.put("health", request -> health());
    endpoints.put("login", tokens::login);
    endpoints.put("logout", tokens::logout);
    endpoints.put("delete-token", tokens::delete);
    endpoints.put(MarketApi.CREATE, resources::create);
    endpoints.put("list", resources::list);
    endpoints.put("count", resources::count);
    endpoints.put("read", resources::read);
    endpoints.put("unknown", request -> unknown());

    WireMockConfiguration options = options().extensions(tokens, resources);
    endpoints.forEach((name, endpoint) -> options.extensions(new Route(name, clock, endpoint)));
    this.http = new WireMockServer(configure(options));
    map("health", get(urlPathEqualTo("/health")));
    map("login", post(urlPathEqualTo(TokenApi.LOGIN)));
    map("logout", post(urlPathEqualTo("/tron/api/v1/logout")));
    map("delete-token", delete(urlPathTemplate(TokenApi.LOGIN + "/{token}")));
    map(MarketApi.CREATE, post(urlPathEqualTo(RESOURCES)));
    map("list", get(urlPathEqualTo(RESOURCES)));
    map("read", get(urlPathTemplate(RESOURCES + "/{id}")));
    map("count", get(urlPathEqualTo(RESOURCES + "/count")));
    map("unknown", any(anyUrl()).atPriority(10));
  }

  int port() {
    return http.port();
  }

  /** Takes no new request, gives those in flight 5 s to end, and breaks the plans off. */
  @Override
  public void close() {
    logger.info("mdso-stub stops");
    http.stop();
    plans.close();
  }

  private WireMockConfiguration configure(WireMockConfiguration options) {
    return options
        .bindAddress(config.bind())
        .port(config.port())
        .http2PlainDisabled(true)
        .jettyStopTimeout(DRAIN.toMillis())
        .maxRequestJournalEntries(MAX_JOURNAL)
        .notifier(new LogNotifier());
  }

  private void map(String route, MappingBuilder request) {
    http.stubFor(request.withName(route).willReturn(aResponse().withTransformers(route)));
  }

  private static Answer health() {
    return new Answer(200, JsonNodeFactory.instance.objectNode().put("status", "healthy"));
  }

  private static Answer unknown() {
    throw new GatewayError(404, "Path not found");
  }

  /** WireMock's messages in our log. */
  private static final class LogNotifier implements Notifier {
    @Override
    public void info(String message) {
      logger.debug(message);
    }

    @Override
    public void error(String message) {
      logger.error(message);
    }

    @Override
    public void error(String message, Throwable failure) {
      logger.error(message, failure);
    }
  }

  /** The port cannot be opened; the message is one readable line. */
  static final class NotStartedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotStartedException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
