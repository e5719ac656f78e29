// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.settings.KeySettings.Egress;
import io.correlationstation.agent.settings.Settings.EnvironmentParent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

  @Test
  void read_nothingSet_hasTheDefaults() {
    Settings settings = Settings.read(SettingsSource.empty());

    assertThat(settings.enabled()).isTrue();
    assertThat(names(settings))
        .containsExactly(
            "circuit_id", "product_id", "resource_id", "resource_type_id", "request_id");
    KeySettings circuit = settings.keys().get(0);
    assertThat(circuit.headers()).containsExactly("X-Circuit-Id");
    assertThat(circuit.attribute()).isEqualTo("circuit_id");
    assertThat(circuit.mdc()).isEqualTo("circuit_id");
    assertThat(circuit.pattern()).isNull();
    assertThat(circuit.maxLength()).isEqualTo(128);
    assertThat(circuit.egress()).isEqualTo(Egress.SEND);
    assertThat(settings.maxBytes()).isEqualTo(4096);
    assertThat(settings.egressAllow()).contains("private", "single-label", ".cluster.local");
    assertThat(settings.egressTopics()).containsExactly("*");
    assertThat(settings.queryParameters())
        .containsEntry("circuitid", "circuit_id")
        .containsEntry("xcircuitid", "circuit_id");
    assertThat(settings.pathRules()).isEmpty();
    assertThat(settings.jsonRules()).hasSize(10);
    assertThat(settings.responseRules()).isEmpty();
    assertThat(settings.messageRules()).isEmpty();
    assertThat(settings.jdbcRules()).isEmpty();
    assertThat(settings.environmentParent()).isEqualTo(EnvironmentParent.KEYS);
    assertThat(settings.bodyMaxBytes()).isEqualTo(65_536);
    assertThat(settings.responseHeaders()).isTrue();
    assertThat(settings.hmacSecret()).isEmpty();
    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void read_everySetting_isTaken(@TempDir Path directory) throws IOException {
    Path secret = Files.write(directory.resolve("secret"), " s3cret \n".getBytes("UTF-8"));
    Map<String, String> values = new HashMap<>();
    values.put("otel.correlation.enabled", "false");
    values.put("otel.correlation.keys", "circuit_id, order");
    values.put("otel.correlation.key.order.headers", "X-Order,X-Old-Order");
    values.put("otel.correlation.key.order.attribute", "shop.order");
    values.put("otel.correlation.key.order.mdc", "order_no");
    values.put("otel.correlation.key.order.pattern", "O-\\d+");
    values.put("otel.correlation.key.order.max-length", "20");
    values.put("otel.correlation.key.order.egress", "HMAC");
    values.put("otel.correlation.max-bytes", "100");
    values.put("otel.correlation.egress.allow", ".example.com,192.0.2.0/24");
    values.put("otel.correlation.egress.topics", "orders.*");
    values.put("otel.correlation.egress.hmac-secret-file", secret.toString());
    values.put("otel.correlation.query-parameters", "Circuit-Id,order=o");
    values.put("otel.correlation.path-rules", "/circuits/{circuit_id}");
    values.put("otel.correlation.json-fields", "circuitId,order=o");
    values.put("otel.correlation.json-rules", "order=/shop/order");
    values.put("otel.correlation.response-rules", "order=/id");
    values.put("otel.correlation.message-rules", "orders*:order=/id, mq:x:order=ref");
    values.put("otel.correlation.jdbc-rules", "order=shop.orders.id");
    values.put("otel.correlation.environment.parent", "full");
    values.put("otel.correlation.body.max-bytes", "1000");
    values.put("otel.correlation.response-headers", "false");

    Settings settings = Settings.read(source(values));

    assertThat(settings.warnings()).isEmpty();
    assertThat(settings.enabled()).isFalse();
    assertThat(names(settings)).containsExactly("circuit_id", "order");
    KeySettings order = settings.keys().get(1);
    assertThat(order.headers()).containsExactly("X-Order", "X-Old-Order");
    assertThat(order.attribute()).isEqualTo("shop.order");
    assertThat(order.mdc()).isEqualTo("order_no");
    assertThat(order.pattern().pattern()).isEqualTo("O-\\d+");
    assertThat(order.maxLength()).isEqualTo(20);
    assertThat(order.egress()).isEqualTo(Egress.HMAC);
    assertThat(settings.maxBytes()).isEqualTo(100);
    assertThat(settings.egressAllow()).containsExactly(".example.com", "192.0.2.0/24");
    assertThat(settings.egressTopics()).containsExactly("orders.*");
    assertThat(new String(settings.hmacSecret(), "UTF-8")).isEqualTo("s3cret");
    assertThat(settings.queryParameters())
        .containsExactlyInAnyOrderEntriesOf(Map.of("circuitid", "circuit_id", "o", "order"));
    assertThat(settings.pathRules()).hasSize(1);
    assertThat(settings.jsonRules().stream().map(JsonRule::path).collect(Collectors.toList()))
        .containsExactly(List.of("circuitId"), List.of("o"), List.of("shop", "order"));
    assertThat(settings.responseRules()).hasSize(1);
    assertThat(settings.responseRules().get(0).key()).isEqualTo("order");
    assertThat(settings.messageRules()).hasSize(2);
    MessageRule payload = settings.messageRules().get(0);
    assertThat(payload.key()).isEqualTo("order");
    assertThat(payload.topic().matches("orders.eu")).isTrue();
    assertThat(payload.payload().path()).containsExactly("id");
    assertThat(payload.header()).isNull();
    MessageRule header = settings.messageRules().get(1);
    assertThat(header.topic().matches("mq:x")).isTrue();
    assertThat(header.header()).isEqualTo("ref");
    assertThat(header.payload()).isNull();
    assertThat(settings.jdbcRules()).hasSize(1);
    assertThat(settings.jdbcRules().get(0).table()).isEqualTo("orders");
    assertThat(settings.jdbcRules().get(0).column()).isEqualTo("id");
    assertThat(settings.environmentParent()).isEqualTo(EnvironmentParent.FULL);
    assertThat(settings.bodyMaxBytes()).isEqualTo(1000);
    assertThat(settings.responseHeaders()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "otel.correlation.enbaled | true | nearest: otel.correlation.enabled",
        "otel.correlation.key.circuit_id.header | X | nearest:"
            + " otel.correlation.key.circuit_id.headers",
        "OTEL_CORRELATION_MAXBYTES | 1 | nearest: OTEL_CORRELATION_MAX_BYTES",
        "otel.correlation.enabled | yess | nearest: true; using true",
        "otel.correlation.key.circuit_id.egress | dorp | nearest: drop; using send",
        "otel.correlation.max-bytes | many | not a number from 1 to 65536; using 4096",
        "otel.correlation.max-bytes | 0 | not a number from 1 to 65536; using 4096",
        "otel.correlation.key.circuit_id.pattern | ( | not a regular expression",
        "otel.correlation.key.circuit_id.headers | X Y | \"X Y\" is not a header name",
        "otel.correlation.keys | a b | is not a name of letters",
        "otel.correlation.path-rules | /c/{circut_id} | nearest: circuit_id",
        "otel.correlation.path-rules | /c/x | is not like /circuits/{circuit_id}",
        "otel.correlation.json-rules | circuit_id | is not like circuit_id=/order/circuit/id",
        "otel.correlation.json-rules | circuit=/a | nearest: circuit_id",
        "otel.correlation.query-parameters | circuit | nearest: circuit_id",
        "otel.correlation.message-rules | circuit_id=/a | is not like orders:circuit_id=/circuit/id",
        "otel.correlation.message-rules | orders:circuit_id=/ | is not like orders:circuit_id=",
        "otel.correlation.message-rules | orders:circut=/a | nearest: circuit_id",
        "otel.correlation.jdbc-rules | circuit_id=id | is not like circuit_id=circuits.id",
        "otel.correlation.jdbc-rules | circut=circuits.id | nearest: circuit_id",
        "otel.correlation.egress.allow | 10.0.0.0/33 | is not like 192.0.2.0/24",
        "otel.correlation.egress.allow | 10.0.0 | is not like 192.0.2.0/24",
        "otel.correlation.egress.allow | https://example.com | is not like 192.0.2.0/24",
        "otel.correlation.egress.allow | fc00::/7,fc00::g | \"fc00::g\" is not like 192.0.2.0/24",
        "otel.correlation.egress.hmac-secret-file | /does/not/exist | cannot read /does/not/exist",
      })
  void read_wrongSetting_isOneWarningThatHelps(String name, String value, String expected) {
    Settings settings = Settings.read(source(Map.of(name, value)));

    assertThat(settings.warnings()).hasSize(1);
    assertThat(settings.warnings().get(0)).startsWith(name.split("\\.k|_M")[0]).contains(expected);
  }

  @Test
  void read_environmentSpelling_isKnown() {
    Settings settings =
        Settings.read(source(Map.of("OTEL_CORRELATION_KEY_CIRCUIT_ID_MAX_LENGTH", "5")));

    assertThat(settings.warnings()).isEmpty();
  }

  @Test
  void of_section_isCompletedByPropertiesAndWinsOverThem() {
    System.setProperty("otel.correlation.max-bytes", "77");
    System.setProperty("otel.correlation.body.max-bytes", "88");
    System.setProperty("otel.correlation.max-bites", "99");
    try {
      Settings settings = Settings.read(SettingsSource.of(Map.of("max_bytes", 7)));

      assertThat(settings.maxBytes()).isEqualTo(7);
      assertThat(settings.bodyMaxBytes()).isEqualTo(88);
      assertThat(settings.warnings()).hasSize(1);
      assertThat(settings.warnings().get(0)).startsWith("otel.correlation.max-bites");
    } finally {
      System.clearProperty("otel.correlation.max-bytes");
      System.clearProperty("otel.correlation.body.max-bytes");
      System.clearProperty("otel.correlation.max-bites");
    }
  }

  private static List<String> names(Settings settings) {
    return settings.keys().stream().map(KeySettings::name).collect(Collectors.toList());
  }

  private static SettingsSource source(Map<String, String> values) {
    return new SettingsSource() {
      @Override
      public String get(String property) {
        return values.get(property);
      }

      @Override
      public Collection<String> names() {
        return new ArrayList<>(values.keySet());
      }
    };
  }
}
