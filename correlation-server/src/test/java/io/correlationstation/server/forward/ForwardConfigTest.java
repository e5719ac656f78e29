// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.correlationstation.server.journal.Signal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardConfigTest {

  private static final URI PLACE = URI.create("http://tempo.example.com:4318");

  @Test
  void defaults_areThoseOfTheContract() {
    assertThat(BatchLimits.DEFAULT.maxBytes()).isEqualTo(4 << 20);
    assertThat(BatchLimits.DEFAULT.maxItems()).isEqualTo(8192);
    assertThat(BatchLimits.DEFAULT.linger()).isEqualTo(Duration.ofMillis(200));
    assertThat(BatchLimits.DEFAULT.timeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(RetryPolicy.DEFAULT.initialBackoff()).isEqualTo(Duration.ofSeconds(1));
    assertThat(RetryPolicy.DEFAULT.maxBackoff()).isEqualTo(Duration.ofSeconds(60));
    assertThat(RetryPolicy.DEFAULT.maxRetryAfter()).isEqualTo(Duration.ofMinutes(5));
    assertThat(RetryPolicy.DEFAULT.probeInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(RetryPolicy.DEFAULT.serverErrorsBeforeSplit()).isEqualTo(10);
    assertThat(LokiOptions.DEFAULT.maxSampleAge()).isEqualTo(Duration.ofDays(7));
  }

  @Test
  void destinations_takeTheirSignals() {
    assertThat(DestinationConfig.tempo(PLACE).signals()).containsExactly(Signal.TRACES);
    assertThat(DestinationConfig.tempoGrpc("tempo:4317").signals()).containsExactly(Signal.TRACES);
    assertThat(DestinationConfig.loki(PLACE).signals()).containsExactly(Signal.LOGS);
    assertThat(DestinationConfig.otlp("otlp", PLACE, Map.of()).signals())
        .containsExactlyInAnyOrder(Signal.TRACES, Signal.LOGS, Signal.METRICS);
    assertThat(DestinationConfig.datadog("k", "datadoghq.com").signals())
        .containsExactlyInAnyOrder(Signal.TRACES, Signal.LOGS);
  }

  @ParameterizedTest
  @CsvSource({
    "http://t:4318, http://t:4318/v1/traces",
    "http://t:4318/, http://t:4318/v1/traces",
    "http://t:4318/v1/traces, http://t:4318/v1/traces",
    "http://t:4318/v1/traces/, http://t:4318/v1/traces",
    "https://t/otlp, https://t/otlp/v1/traces",
    "http://t/v1/logs, http://t/v1/traces",
    "http://user:pass@t/x?tenant=a, http://t/x/v1/traces?tenant=a"
  })
  void otlp_baseOrFullUrl_leadsToThePathOfTheSignal(URI endpoint, URI expected) {
    assertThat(Endpoints.otlp(endpoint, Signal.TRACES)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "http://l:3100, http://l:3100/loki/api/v1/push",
    "http://l:3100/, http://l:3100/loki/api/v1/push",
    "http://l:3100/loki/api/v1/push, http://l:3100/loki/api/v1/push",
    "https://l/api/prom/push, https://l/api/prom/push"
  })
  void loki_baseOrPushUrl_leadsToThePushPath(URI endpoint, URI expected) {
    assertThat(Endpoints.loki(endpoint)).isEqualTo(expected);
  }

  @Test
  void datadog_logsGoToTheHostBesideTheOtlpIntake() {
    URI endpoint = DestinationConfig.datadog("key", "datadoghq.eu").endpoint();

    assertThat(Endpoints.otlp(endpoint, Signal.TRACES))
        .isEqualTo(URI.create("https://otlp.datadoghq.eu/v1/traces"));
    assertThat(Endpoints.datadogLogs(endpoint))
        .isEqualTo(URI.create("https://http-intake.logs.datadoghq.eu/api/v2/logs"));
  }

  @ParameterizedTest
  @CsvSource({"tempo:4317, http, 4317", "https://tempo:443, https, 443"})
  void tempoGrpc_hostAndPortOrUrl_areTaken(String target, String scheme, int port) {
    URI endpoint = DestinationConfig.tempoGrpc(target).endpoint();

    assertThat(endpoint.getScheme()).isEqualTo(scheme);
    assertThat(endpoint.getPort()).isEqualTo(port);
  }

  @Test
  void d05_secrets_areNotInTheText() {
    DestinationConfig datadog = DestinationConfig.datadog("s3cret", "datadoghq.com");
    URI withUser = URI.create("https://user:s3cret@otlp.example.com/x");
    DestinationConfig otlp = DestinationConfig.otlp("otlp", withUser, Map.of("key", "s3cret"));

    assertThat(datadog.toString()).contains("datadog").doesNotContain("s3cret");
    assertThat(otlp.toString()).contains("otlp.example.com").doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Tempo", "a b", "../x", "-x"})
  void name_thatIsNoFileName_isRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DestinationConfig.otlp(name, PLACE, Map.of()))
        .withMessageStartingWith("name is not");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://x", "tempo:4318", "http:///path"})
  void endpoint_thatIsNoHttpUrl_isRefused(URI endpoint) {
    assertThatIllegalArgumentException().isThrownBy(() -> DestinationConfig.tempo(endpoint));
  }

  @Test
  void signals_withHandoffsOrNone_areRefused() {
    DestinationConfig tempo = DestinationConfig.tempo(PLACE);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> tempo.withSignals(Set.of(Signal.HANDOFFS)));
    assertThatIllegalArgumentException().isThrownBy(() -> tempo.withSignals(Set.of()));
  }

  @Test
  void destinations_withOneNameTwice_areRefused() {
    List<DestinationConfig> twice =
        List.of(DestinationConfig.tempo(PLACE), DestinationConfig.tempoGrpc("tempo:4317"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ForwardConfig.of(Path.of("dlq"), twice))
        .withMessage("destinations has a name twice: tempo");
  }

  @Test
  void dropOldest_ofWhatIsNoDestination_isRefused() {
    ForwardConfig config =
        ForwardConfig.of(Path.of("dlq"), List.of(DestinationConfig.tempo(PLACE)));

    assertThat(config.dropOldest()).isEmpty();
    assertThat(config.withDropOldest(Set.of("tempo")).dropOldest()).containsExactly("tempo");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config.withDropOldest(Set.of("loki")))
        .withMessage("dropOldest names no destination: loki");
  }

  @Test
  void extraLabels_tooManyOrAnId_areRefused() {
    Duration age = Duration.ofDays(7);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LokiOptions("dev", List.of("a", "b", "c", "d", "e"), age));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LokiOptions("dev", List.of("circuit.id"), age));
  }

  @Test
  void limitsAndPolicies_thatMakeNoSense_areRefused() {
    Duration second = Duration.ofSeconds(1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BatchLimits(0, 1, second, second))
        .withMessage("maxBytes < 1: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new BatchLimits(1, 1, second, Duration.ZERO))
        .withMessage("timeout <= 0: PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetryPolicy(second, Duration.ofMillis(1), second, second, 1))
        .withMessage("maxBackoff < initialBackoff: PT0.001S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetryPolicy(second, second, second, second, 0));
  }
}
