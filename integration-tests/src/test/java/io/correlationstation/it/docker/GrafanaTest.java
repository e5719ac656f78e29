// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrafanaTest {

  private static final String FOLDER = "docker/grafana/dashboards/";

  private final JsonNode sources =
      StackFiles.yaml("docker/grafana/provisioning/datasources/datasources.yaml")
          .path("datasources");

  @Test
  void datasources_haveFixedUids() {
    assertThat(uids()).containsOnlyKeys("tempo", "loki", "prometheus");
    assertThat(uids()).containsEntry("tempo", "tempo").containsEntry("loki", "loki");
  }

  private Map<String, String> uids() {
    Map<String, String> uids = new HashMap<>();
    sources.forEach(source -> uids.put(source.path("uid").asText(), source.path("type").asText()));
    return uids;
  }

  @Test
  void datasources_referToEachOtherByUidsThatExist() {
    List<String> references = new ArrayList<>();
    sources.forEach(
        source -> {
          references.addAll(source.findValuesAsText("datasourceUid"));
          references.addAll(source.findValuesAsText("targetUID"));
        });

    assertThat(references).hasSizeGreaterThanOrEqualTo(7);
    assertThat(uids().keySet()).containsAll(references);
  }

  @Test
  void links_goBothWaysBetweenTracesAndLogs() {
    assertThat(source("tempo").at("/jsonData/tracesToLogsV2/datasourceUid").asText())
        .isEqualTo("loki");
    assertThat(source("tempo").at("/jsonData/tracesToLogsV2/query").asText())
        .contains("trace_id", "$${__trace.traceId}");
    assertThat(source("loki").at("/jsonData/derivedFields").findValuesAsText("matcherRegex"))
        .contains("trace_id", "circuit_id");
    assertThat(source("prometheus").at("/jsonData/exemplarTraceIdDestinations/0/name").asText())
        .isEqualTo("trace_id");
  }

  /** The span's service name is the label that forwarded logs really have. */
  @Test
  void tracesToLogs_mapTheServiceToTheLabelOfForwardedLogs() {
    JsonNode tag = source("tempo").at("/jsonData/tracesToLogsV2/tags/0");

    assertThat(tag.path("key").asText()).isEqualTo("service.name");
    assertThat(StackFiles.literals("correlation-server")).contains(tag.path("value").asText());
    assertThat(tag.path("value").asText()).isEqualTo("service");
  }

  private JsonNode source(String uid) {
    for (JsonNode source : sources) {
      if (source.path("uid").asText().equals(uid)) {
        return source;
      }
    }
    throw new AssertionError("no data source " + uid);
  }

  @Test
  void provisioning_looksWhereComposeMountsTheDashboards() {
    String path =
        StackFiles.yaml("docker/grafana/provisioning/dashboards/dashboards.yaml")
            .at("/providers/0/options/path")
            .asText();
    JsonNode grafana = StackFiles.yaml("docker/compose.yaml").at("/services/grafana");

    assertThat(StackFiles.texts(grafana.path("volumes")))
        .contains("./grafana/dashboards:" + path + ":ro");
    assertThat(grafana.at("/environment/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH").asText())
        .isEqualTo(path + "/correlation-station.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"correlation-station", "mdso-bridge"})
  void panels_haveUniqueIdsAndAskDatasourcesThatExist(String name) {
    JsonNode dashboard = dashboard(name);
    List<Integer> ids = new ArrayList<>();
    Set<String> asked = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      ids.add(panel.path("id").asInt());
      panel.findValues("datasource").forEach(source -> asked.add(source.path("uid").asText()));
    }

    assertThat(ids).doesNotHaveDuplicates().hasSizeGreaterThan(15);
    assertThat(uids().keySet()).containsAll(asked);
  }

  @ParameterizedTest
  @ValueSource(strings = {"correlation-station", "mdso-bridge"})
  void panels_doNotOverlap(String name) {
    JsonNode dashboard = dashboard(name);
    Set<String> cells = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      JsonNode at = panel.path("gridPos");
      for (int x = at.path("x").asInt(); x < at.path("x").asInt() + at.path("w").asInt(); x++) {
        for (int y = at.path("y").asInt(); y < at.path("y").asInt() + at.path("h").asInt(); y++) {
          assertThat(cells.add(x + "," + y)).as(panel.path("title").asText()).isTrue();
        }
        assertThat(x).isLessThan(24);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"correlation-station", "mdso-bridge"})
  void panels_G03_queryMetricsThatTheServerHas(String name) {
    JsonNode dashboard = dashboard(name);
    List<String> names = new ArrayList<>();
    dashboard
        .path("panels")
        .findValuesAsText("expr")
        .forEach(q -> names.addAll(ServerMetrics.in(q)));

    assertThat(names).hasSizeGreaterThan(10);
    assertThat(new ServerMetrics().unknown(names)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"correlation-station", "mdso-bridge"})
  void panels_sayWhatTheyShow(String name) {
    JsonNode dashboard = dashboard(name);
    for (JsonNode panel : dashboard.path("panels")) {
      if (!panel.path("type").asText().equals("row")) {
        assertThat(panel.path("description").asText())
            .as(panel.path("title").asText())
            .isNotBlank();
      }
    }
  }

  private static JsonNode dashboard(String name) {
    JsonNode dashboard = StackFiles.json(FOLDER + name + ".json");
    assertThat(dashboard.path("uid").asText()).isEqualTo(name);
    return dashboard;
  }
}
