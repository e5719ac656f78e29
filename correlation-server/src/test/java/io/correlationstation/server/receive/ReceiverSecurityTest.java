// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.server.journal.Signal;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may send: credentials, origins, addresses. */
class ReceiverSecurityTest {

  private static final Credentials SENDER = new Credentials("sender", "let me in");

  @Test
  void post_R72_withCredentials_is200() {
    try (ReceiverFixture fixture = new ReceiverFixture(s -> s.credentials(SENDER))) {
      HttpResponse<byte[]> response =
          fixture.postTraces(
              Otlp.request(Signal.TRACES), "Authorization", basic("sender:let me in"));

      assertThat(response.statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Basic",
        "Basic !!!",
        "Bearer x",
        "sender:wrong",
        "sender:",
        "Sender:let me in"
      })
  void post_R72_withoutThem_is401BeforeTheBodyIsRead(String given) throws Exception {
    String authorization = given.contains(":") ? basic(given) : given;
    try (ReceiverFixture fixture = new ReceiverFixture(s -> s.credentials(SENDER));
        RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.head(
          "Content-Length: 1000000",
          authorization.isEmpty() ? "X-None: 1" : "Authorization: " + authorization);

      RawHttp.Response response = http.read();

      assertThat(response.status()).isEqualTo(401);
      assertThat(response.headers().get("www-authenticate")).startsWith("Basic realm=");
      assertThat(response.headers()).containsEntry("content-type", OtlpDialect.PROTOBUF);
      assertThat(response.body()).startsWith(8, 16);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/otlp/v1/traces",
        "/api/logs",
        "/api/events",
        "/mdso/logs",
        "/loki/api/v1/push"
      })
  void post_R72_everyIntakeOfTheMainPort_is401(String path) {
    try (ReceiverFixture fixture = new ReceiverFixture(s -> s.credentials(SENDER))) {
      assertThat(
              fixture
                  .post(fixture.main(path), "application/json", "{}".getBytes(UTF_8))
                  .statusCode())
          .isEqualTo(401);
    }
  }

  @ParameterizedTest
  @CsvSource({"https://page.example.com, true", "https://other.example.com, false"})
  void options_R70R71_preFlight_isAnsweredByOrigin(String origin, boolean allowed) {
    try (ReceiverFixture fixture =
        new ReceiverFixture(
            s -> s.credentials(SENDER).corsOrigins(Set.of("https://page.example.com")))) {
      HttpResponse<byte[]> response = preFlight(fixture, origin);

      assertThat(response.statusCode()).isEqualTo(204);
      assertThat(response.headers().firstValue("Access-Control-Allow-Origin").orElse(""))
          .isEqualTo(allowed ? origin : "");
      assertThat(response.headers().firstValue("Access-Control-Allow-Methods").isPresent())
          .isEqualTo(allowed);
      if (allowed) {
        assertThat(response.headers().firstValue("Access-Control-Allow-Headers").get())
            .contains("content-type", "content-encoding");
        assertThat(response.headers().firstValue("Access-Control-Max-Age")).isPresent();
      }
    }
  }

  @Test
  void post_R70_fromAnAllowedOrigin_saysSo() {
    try (ReceiverFixture fixture =
        new ReceiverFixture(s -> s.corsOrigins(Set.of("https://page.example.com")))) {
      HttpResponse<byte[]> response =
          fixture.postTraces(Otlp.request(Signal.TRACES), "Origin", "https://page.example.com");

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("Access-Control-Allow-Origin"))
          .hasValue("https://page.example.com");
      assertThat(response.headers().firstValue("Vary")).hasValue("Origin");
    }
  }

  @Test
  void options_R71_corsOff_is405() {
    try (ReceiverFixture fixture = new ReceiverFixture()) {
      assertThat(preFlight(fixture, "https://page.example.com").statusCode()).isEqualTo(405);
    }
  }

  @Test
  void build_R73_anyOriginWithCredentials_isRefused() {
    assertThatThrownBy(
            () -> ReceiveConfig.builder().credentials(SENDER).corsOrigins(Set.of("*")).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("corsOrigins");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void start_R75_portInUse_namesPortAndSetting(boolean http) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      ReceiveConfig config =
          ReceiveConfig.builder()
              .otlpHttpPort(http ? taken.getLocalPort() : 0)
              .otlpGrpcPort(http ? 0 : taken.getLocalPort())
              .build();

      assertThatThrownBy(() -> Receiver.start(config, new FakeJournal(), new PrometheusRegistry()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(Integer.toString(taken.getLocalPort()))
          .hasMessageContaining(http ? "--otlp-http-port" : "--otlp-grpc-port");
    }
  }

  @Test
  void start_byDefault_listensOnLoopbackOnly() {
    assertThat(ReceiveConfig.defaults().bind()).isEqualTo("127.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tenant with blank", "tenant\u00e9"})
  void post_R65_tenantThatIsNoName_is400(String tenant) throws Exception {
    try (ReceiverFixture fixture = new ReceiverFixture();
        RawHttp http = new RawHttp(fixture.otlpPort())) {
      http.head("Content-Length: 0", "X-Scope-OrgID: " + tenant);

      assertThat(http.read().status()).isEqualTo(400);
    }
  }

  @Test
  void post_R65_tenant_isKeptAndKeepsRequestsApart() {
    try (ReceiverFixture fixture = new ReceiverFixture()) {
      byte[] body = Otlp.request(Signal.TRACES);
      fixture.postTraces(body, "X-Scope-OrgID", "north");
      fixture.postTraces(body, "X-Scope-OrgID", "south");
      fixture.postTraces(body, "X-Scope-OrgID", "north");

      assertThat(fixture.journal.frames())
          .extracting(frame -> frame.headers().get("x-scope-orgid"))
          .containsExactly("north", "south");
      fixture.assertAccounting();
    }
  }

  private static HttpResponse<byte[]> preFlight(ReceiverFixture fixture, String origin) {
    return fixture.send(
        HttpRequest.newBuilder(fixture.otlp("/v1/traces"))
            .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
            .header("Origin", origin)
            .header("Access-Control-Request-Method", "POST")
            .build());
  }

  private static String basic(String userAndPassword) {
    return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(UTF_8));
  }
}
