// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SettingsTest {

  @Test
  void of_nothingSet_givesTheDefaults() {
    Settings settings = Settings.of(Map.of(), Map.of("PATH", "/bin", "HOME", "/"));

    assertThat(settings.text(Setting.BIND)).isEqualTo("127.0.0.1");
    assertThat(settings.port(Setting.HTTP_PORT)).isEqualTo(8080);
    assertThat(settings.port(Setting.OTLP_HTTP_PORT)).isEqualTo(4318);
    assertThat(settings.port(Setting.OTLP_GRPC_PORT)).isEqualTo(4317);
    assertThat(settings.bytes(Setting.JOURNAL_MAX_BYTES)).isEqualTo(8L << 30);
    assertThat(settings.bytes(Setting.MIN_FREE_BYTES)).isEqualTo(512L << 20);
    assertThat(settings.seconds(Setting.WINDOW_SECONDS)).isEqualTo(Duration.ofMinutes(1));
    assertThat(settings.flag(Setting.ENABLE_BASIC_AUTH)).isFalse();
    assertThat(settings.url(Setting.TEMPO_HTTP_ENDPOINT)).isNull();
    assertThat(settings.list(Setting.CORS_ORIGINS)).isEmpty();
  }

  @Test
  void of_flagAndVariable_flagWins() {
    Settings settings =
        Settings.of(Map.of(Setting.HTTP_PORT, "9090"), Map.of("STATION_HTTP_PORT", "9091"));

    assertThat(settings.port(Setting.HTTP_PORT)).isEqualTo(9090);
  }

  @Test
  void of_everyVariable_isTaken() {
    for (Setting setting : Setting.values()) {
      Settings settings = Settings.of(Map.of(), Map.of(setting.variable(), "some-value"));

      assertThat(settings.text(setting)).isEqualTo("some-value");
    }
  }

  @Test
  void serverConfig_stitchingSettings_reachTheParts() {
    ServerConfig config =
        ServerConfig.of(
            Settings.of(
                Map.of(), Map.of("CORR_WINDOW_SECONDS", "120", "STATION_JOURNEY_TRACES", "true")));

    assertThat(config.stitch().window()).isEqualTo(Duration.ofMinutes(2));
    assertThat(config.journeyTraces()).isTrue();
    assertThat(ServerConfig.of(Settings.of(Map.of(), Map.of())).journeyTraces()).isFalse();
  }

  @Test
  void of_unknownOwnVariable_namesTheNearestRightOne() {
    assertThatThrownBy(() -> Settings.of(Map.of(), Map.of("STATION_HTP_PORT", "1")))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("STATION_HTP_PORT")
        .hasMessageContaining("did you mean STATION_HTTP_PORT?");
  }

  @Test
  void values_wrong_nameTheSettingAndWhatIsExpected() {
    Settings settings =
        Settings.of(
            Map.of(Setting.BIND, "x"),
            Map.of(
                "STATION_HTTP_PORT", "70000",
                "STATION_JOURNAL_MAX_BYTES", "much",
                "ENABLE_BASIC_AUTH", "perhaps",
                "LOKI_URL", "loki:3100",
                "LOG_LEVEL", "inf"));

    assertThatThrownBy(() -> settings.port(Setting.HTTP_PORT))
        .hasMessageContaining("--http-port (STATION_HTTP_PORT): wrong value \"70000\"");
    assertThatThrownBy(() -> settings.bytes(Setting.JOURNAL_MAX_BYTES))
        .hasMessageContaining("such as 512MiB");
    assertThatThrownBy(() -> settings.flag(Setting.ENABLE_BASIC_AUTH))
        .hasMessageContaining("true or false");
    assertThatThrownBy(() -> settings.url(Setting.LOKI_URL)).hasMessageContaining("http://");
    assertThatThrownBy(
            () -> settings.oneOf(Setting.LOG_LEVEL, java.util.List.of("debug", "info", "warn")))
        .hasMessageContaining("expected info");
  }

  @Test
  void pairs_wrong_doesNotTellTheValue() {
    Settings settings =
        Settings.of(Map.of(), Map.of("STATION_FORWARD_OTLP_HEADERS", "a=b,secretvalue"));

    assertThatThrownBy(() -> settings.pairs(Setting.FORWARD_OTLP_HEADERS))
        .hasMessageContaining("STATION_FORWARD_OTLP_HEADERS")
        .hasMessageNotContaining("secretvalue");
  }

  @Test
  void bytes_unitsAreAccepted() {
    assertThat(bytes("1024")).isEqualTo(1024);
    assertThat(bytes("4K")).isEqualTo(4096);
    assertThat(bytes("2 GiB")).isEqualTo(2L << 30);
    assertThat(bytes("3MB")).isEqualTo(3L << 20);
  }

  @Test
  void url_absolute_isParsed() {
    Settings settings = Settings.of(Map.of(), Map.of("LOKI_URL", "http://loki:3100"));

    assertThat(settings.url(Setting.LOKI_URL)).isEqualTo(URI.create("http://loki:3100"));
  }

  @Test
  void settings_namesAreUnique() {
    assertThat(Arrays.stream(Setting.values()).map(Setting::variable)).doesNotHaveDuplicates();
    assertThat(Arrays.stream(Setting.values()).map(Setting::flag).filter(Objects::nonNull))
        .doesNotHaveDuplicates();
  }

  private static long bytes(String text) {
    return Settings.of(Map.of(Setting.MIN_FREE_BYTES, text), Map.of())
        .bytes(Setting.MIN_FREE_BYTES);
  }
}
