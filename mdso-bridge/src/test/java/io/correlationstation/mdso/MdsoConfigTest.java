// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.mdso.MdsoConfig.Auth;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MdsoConfigTest {

  private static final Map<String, String> MINIMAL =
      Map.of(
          "MDSO_URL", "https://mdso.example.com",
          "MDSO_USER", "user",
          "MDSO_PASS", "s3cret-pass");

  @Test
  void fromEnvironment_noUrl_isOff() {
    assertThat(MdsoConfig.fromEnvironment(Map.of("MDSO_USER", "user", "PATH", "/bin"))).isNull();
  }

  @Test
  void fromEnvironment_minimal_hasDefaults() {
    MdsoConfig config = MdsoConfig.fromEnvironment(MINIMAL);

    assertThat(config)
        .isEqualTo(
            new MdsoConfig(
                URI.create("https://mdso.example.com"),
                Auth.TRON,
                "user",
                "s3cret-pass",
                null,
                null,
                "example.resourceTypes.",
                Duration.ofHours(1),
                Duration.ofHours(3),
                Duration.ofSeconds(120),
                5,
                1000,
                Duration.ofSeconds(30),
                64L << 20,
                Duration.ofMinutes(15),
                null,
                java.util.List.of(),
                "dev"));
  }

  @Test
  void fromEnvironment_everyVariable_isTaken(@TempDir Path folder) throws IOException {
    Path ca = Files.writeString(folder.resolve("ca.pem"), "");
    Path rules = Files.writeString(folder.resolve("rules.yml"), "");
    Map<String, String> environment = new HashMap<>();
    environment.put("MDSO_URL", "http://192.0.2.1:8181/");
    environment.put("MDSO_ALLOW_INSECURE", "true");
    environment.put("MDSO_AUTH", "static");
    environment.put("MDSO_TOKEN", "t0ken");
    environment.put("MDSO_CA_FILE", ca.toString());
    environment.put("MDSO_TYPE_ID_PREFIX", "operator.types.");
    environment.put("MDSO_CADENCE", "off");
    environment.put("MDSO_TIME_RANGE", "1w");
    environment.put("MDSO_SETTLE_SECONDS", "0");
    environment.put("MDSO_RATE_LIMIT", "0.5");
    environment.put("MDSO_MAX_PAGES", "7");
    environment.put("MDSO_REQUEST_TIMEOUT_SECONDS", "3");
    environment.put("MDSO_MAX_RESPONSE_BYTES", "2048");
    environment.put("MDSO_ALLOWED_LATENESS", "1d");
    environment.put("MDSO_RULES", rules.toString());
    environment.put("MDSO_LOG_PATHS", "/var/log/a, /var/log/*.log");
    environment.put("DEPLOYMENT_ENV", "lab");

    assertThat(MdsoConfig.fromEnvironment(environment))
        .isEqualTo(
            new MdsoConfig(
                URI.create("http://192.0.2.1:8181"),
                Auth.STATIC,
                null,
                null,
                "t0ken",
                ca,
                "operator.types.",
                null,
                Duration.ofDays(7),
                Duration.ZERO,
                0.5,
                7,
                Duration.ofSeconds(3),
                2048,
                Duration.ofDays(1),
                rules,
                java.util.List.of("/var/log/a", "/var/log/*.log"),
                "lab"));
  }

  @ParameterizedTest
  @CsvSource({
    "MDSO_CADENSE, 5s, MDSO_CADENCE",
    "MDSO_PASSWORD, s3cret-pass, MDSO_PASS",
    "MDSO_AUTH, oauth, oauth2",
    "MDSO_AUTH, tron-from, tron-form",
    "MDSO_CADENCE, 5 minutes, '5s, 1m, 1h, 1d, 1w or off'",
    "MDSO_CADENCE, 0s, '5s, 1m'",
    "MDSO_ALLOW_INSECURE, yes, true or false",
    "MDSO_RATE_LIMIT, fast, requests a second",
    "MDSO_RATE_LIMIT, NaN, requests a second",
    "MDSO_MAX_PAGES, 0, from 1",
    "MDSO_RULES, /nowhere/rules.yml, not a readable file",
    "MDSO_URL, http://mdso.example.com, MDSO_ALLOW_INSECURE=true",
    "MDSO_URL, https://user:s3cret-pass@mdso.example.com, MDSO_USER and MDSO_PASS",
    "MDSO_URL, ftp://mdso.example.com, https://",
    "MDSO_URL, 'https://mdso.example.com:', no port",
    "MDSO_URL, 'https://user:s3cret-pass@ mdso', not a URL"
  })
  void fromEnvironment_wrong_namesVariableAndRightOneButNoSecret(
      String name, String value, String expected) {
    Map<String, String> environment = new HashMap<>(MINIMAL);
    environment.put(name, value);

    assertThatThrownBy(() -> MdsoConfig.fromEnvironment(environment))
        .isInstanceOf(MdsoConfigException.class)
        .hasMessageContaining(name)
        .hasMessageContaining(expected)
        .message()
        .doesNotContain("s3cret-pass");
  }

  @Test
  void fromEnvironment_credentialsMissing_saysWhich() {
    assertThatThrownBy(
            () -> MdsoConfig.fromEnvironment(Map.of("MDSO_URL", "https://mdso.example.com")))
        .hasMessageStartingWith("MDSO_USER is missing");
  }

  @Test
  void fromEnvironment_variableOfTheStub_isNoneOfOurs() {
    Map<String, String> environment = new HashMap<>(MINIMAL);
    environment.put("MDSO_STUB_UNREACHABLE", Fixtures.CIRCUIT);

    assertThat(MdsoConfig.fromEnvironment(environment)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"3h, 3h", "60m, 1h", "90m, 90m", "1d, 1d", "14d, 2w", "45s, 45s"})
  void timeRangeText_anyDuration_isReadableAgain(String set, String text) {
    Map<String, String> environment = new HashMap<>(MINIMAL);
    environment.put("MDSO_TIME_RANGE", set);

    assertThat(MdsoConfig.fromEnvironment(environment).timeRangeText()).isEqualTo(text);
  }

  @Test
  void toString_anyConfig_hidesSecrets() {
    assertThat(MdsoConfig.fromEnvironment(MINIMAL).toString())
        .doesNotContain("s3cret-pass", "user");
  }
}
