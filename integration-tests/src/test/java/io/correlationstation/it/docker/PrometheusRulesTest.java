// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PrometheusRulesTest {

  private static final Set<String> SEVERITIES = Set.of("warning", "critical");

  private final Map<String, JsonNode> alerts = alerts();

  private static Map<String, JsonNode> alerts() {
    Map<String, JsonNode> alerts = new LinkedHashMap<>();
    for (JsonNode group : StackFiles.yaml("docker/prometheus/rules.yaml").path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        assertThat(alerts.put(rule.path("alert").asText(), rule)).isNull();
      }
    }
    return alerts;
  }

  @Test
  void alerts_haveASeverityAndASummary() {
    assertThat(alerts).hasSizeGreaterThan(10);
    alerts.forEach(
        (name, rule) -> {
          assertThat(SEVERITIES).as(name).contains(rule.at("/labels/severity").asText());
          assertThat(rule.at("/annotations/summary").asText()).as(name).isNotBlank();
        });
  }

  @Test
  void alerts_G03_queryMetricsThatTheServerHas() {
    List<String> names = new ArrayList<>();
    alerts.values().forEach(rule -> names.addAll(ServerMetrics.in(rule.path("expr").asText())));

    assertThat(names).hasSizeGreaterThan(10);
    assertThat(new ServerMetrics().unknown(names)).isEmpty();
  }

  @Test
  void alerts_G04_areEachShownToFireByATest() {
    Set<String> fired = new TreeSet<>();
    JsonNode tests = StackFiles.yaml("docker/prometheus/rules_test.yaml").path("tests");
    for (JsonNode test : tests) {
      for (JsonNode check : test.path("alert_rule_test")) {
        if (check.path("exp_alerts").size() > 0) {
          fired.add(check.path("alertname").asText());
        }
      }
    }

    assertThat(fired).containsExactlyInAnyOrderElementsOf(alerts.keySet());
  }

  @Test
  void alerts_areEachExplainedInTheOperationsPage() {
    List<String> headings =
        StackFiles.matches("(?m)^### (\\w+)$", StackFiles.text("docs/operations.md"));

    assertThat(headings).containsAll(alerts.keySet());
  }

  /** The rules cannot read the limit, so they repeat it. */
  @Test
  void journalAlerts_useTheLimitThatComposeSets() {
    String limit =
        StackFiles.yaml("docker/compose.yaml")
            .at("/services/correlation-server/environment/STATION_JOURNAL_MAX_BYTES")
            .asText();
    long bytes = Long.parseLong(limit.replace("GiB", "")) << 30;

    assertThat(alerts.get("JournalFilling").path("expr").asText()).endsWith("0.7 * " + bytes);
    assertThat(alerts.get("JournalAlmostFull").path("expr").asText()).endsWith("0.9 * " + bytes);
  }

  @Test
  void prometheus_loadsTheRulesAndScrapesTheServer() {
    JsonNode config = StackFiles.yaml("docker/prometheus/prometheus.yaml");

    assertThat(StackFiles.texts(config.path("rule_files")))
        .containsExactly("/etc/prometheus/rules.yaml");
    assertThat(
            StackFiles.texts(
                StackFiles.yaml("docker/compose.yaml").at("/services/prometheus/volumes")))
        .contains("./prometheus/rules.yaml:/etc/prometheus/rules.yaml:ro");
    assertThat(config.path("scrape_configs").findValuesAsText("job_name"))
        .contains("correlation-server", "tempo", "loki");
  }
}
