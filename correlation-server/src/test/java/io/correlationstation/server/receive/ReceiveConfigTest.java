// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReceiveConfigTest {

  @Test
  void defaults_areTheDocumentedOnes() {
    ReceiveConfig config = ReceiveConfig.defaults();

    assertThat(config.bind()).isEqualTo("127.0.0.1");
    assertThat(config.otlpHttpPort()).isEqualTo(4318);
    assertThat(config.otlpGrpcPort()).isEqualTo(4317);
    assertThat(config.maxBodyBytes()).isEqualTo(64 * 1024 * 1024);
    assertThat(config.maxInFlightBytes())
        .isEqualTo(Math.max(64L << 20, Runtime.getRuntime().maxMemory() / 4));
    assertThat(config.tenantBytesPerSecond()).isZero();
    assertThat(config.credentials()).isNull();
    assertThat(config.tls()).isNull();
    assertThat(config.corsOrigins()).isEmpty();
    assertThat(config.zone()).isEqualTo(ZoneOffset.UTC);
    assertThat(config.duplicateWindow()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.slowBodyGrace()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.idleTimeout()).isEqualTo(Duration.ofSeconds(120));
    assertThat(config.maxConnectionAge()).isEqualTo(Duration.ofMinutes(30));
    assertThat(config.stopGrace()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void build_everySetting_isKept() {
    Credentials credentials = new Credentials("u", "p");
    TlsFiles tls = new TlsFiles(Path.of("c"), Path.of("k"), Path.of("ca"));

    ReceiveConfig config =
        ReceiveConfig.builder()
            .bind("0.0.0.0")
            .otlpHttpPort(1)
            .otlpGrpcPort(2)
            .maxBodyBytes(3)
            .maxInFlightBytes(4)
            .tenantBytesPerSecond(5)
            .credentials(credentials)
            .tls(tls)
            .corsOrigins(Set.of("https://page.example.com"))
            .zone(ZoneId.of("Asia/Tokyo"))
            .duplicateWindow(Duration.ofSeconds(5))
            .slowBodyGrace(Duration.ofSeconds(6))
            .idleTimeout(Duration.ofSeconds(7))
            .maxConnectionAge(Duration.ofSeconds(9))
            .stopGrace(Duration.ofSeconds(8))
            .build();

    assertThat(config)
        .isEqualTo(
            new ReceiveConfig(
                "0.0.0.0",
                1,
                2,
                3,
                4,
                5,
                credentials,
                tls,
                Set.of("https://page.example.com"),
                ZoneId.of("Asia/Tokyo"),
                Duration.ofSeconds(5),
                Duration.ofSeconds(6),
                Duration.ofSeconds(7),
                Duration.ofSeconds(9),
                Duration.ofSeconds(8)));
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        wrong("otlpHttpPort", s -> s.otlpHttpPort(-1)),
        wrong("otlpGrpcPort", s -> s.otlpGrpcPort(65536)),
        wrong("maxBodyBytes", s -> s.maxBodyBytes(0)),
        wrong("maxInFlightBytes", s -> s.maxBodyBytes(10).maxInFlightBytes(9)),
        wrong("tenantBytesPerSecond", s -> s.tenantBytesPerSecond(-1)),
        wrong("duplicateWindow", s -> s.duplicateWindow(Duration.ZERO)),
        wrong("slowBodyGrace", s -> s.slowBodyGrace(Duration.ofSeconds(-1))),
        wrong("idleTimeout", s -> s.idleTimeout(Duration.ZERO)),
        wrong("maxConnectionAge", s -> s.maxConnectionAge(Duration.ZERO)),
        wrong("stopGrace", s -> s.stopGrace(Duration.ofSeconds(-1))));
  }

  private static Arguments wrong(String name, UnaryOperator<ReceiveConfig.Builder> change) {
    return Arguments.of(name, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void build_wrongValue_isNamed(String name, UnaryOperator<ReceiveConfig.Builder> change) {
    assertThatThrownBy(() -> change.apply(ReceiveConfig.builder()).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(name);
  }

  @Test
  void toString_credentials_hideThePassword() {
    assertThat(ReceiveConfig.builder().credentials(new Credentials("u", "hunter2")).build())
        .asString()
        .doesNotContain("hunter2");
  }
}
