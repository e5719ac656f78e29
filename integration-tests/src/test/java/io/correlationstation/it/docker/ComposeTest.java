// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ComposeTest {

  private static final String PINNED = "[a-z0-9./-]+:v?\\d+\\.\\d+\\.\\d+(@sha256:[0-9a-f]{64})?";
  private static final Set<String> SAMPLES = Set.of("beorn", "palantir", "arda", "mdso-stub");

  private final JsonNode compose = StackFiles.yaml("docker/compose.yaml");
  private final Map<String, JsonNode> services = StackFiles.fields(compose.path("services"));

  @Test
  void services_areTheWholeStack() {
    assertThat(services.keySet())
        .containsExactlyInAnyOrder(
            "correlation-server",
            "gateway",
            "beorn",
            "palantir",
            "arda",
            "mdso-stub",
            "tempo",
            "loki",
            "prometheus",
            "grafana",
            "alloy");
  }

  @Test
  void images_areAllPinned() {
    services.forEach(
        (name, service) -> assertThat(service.path("image").asText()).as(name).matches(PINNED));
  }

  @Test
  void services_runAsNonRootWithoutCapabilitiesOnAReadOnlyRoot() {
    services.forEach(
        (name, service) -> {
          if (!service.has("build")) {
            assertThat(service.path("user").asText()).as(name).matches("[1-9]\\d*:[1-9]\\d*");
          }
          assertThat(service.path("read_only").asBoolean()).as(name).isTrue();
          assertThat(StackFiles.texts(service.path("cap_drop"))).as(name).containsExactly("ALL");
          assertThat(StackFiles.texts(service.path("security_opt")))
              .as(name)
              .contains("no-new-privileges:true");
        });
  }

  @Test
  void builtServices_nameATargetOfTheDockerfile() {
    Set<String> stages = Dockerfile.read().keySet();
    services.forEach(
        (name, service) -> {
          if (service.has("build")) {
            assertThat(service.at("/build/dockerfile").asText()).isEqualTo("docker/Dockerfile");
            assertThat(stages).as(name).contains(service.at("/build/target").asText());
          }
        });
  }

  @Test
  void publishedPorts_areUniqueAndOnLoopbackUnlessToldOtherwise() {
    List<String> hostPorts = new ArrayList<>();
    services.forEach(
        (name, service) -> {
          for (String port : StackFiles.texts(service.path("ports"))) {
            assertThat(port).as(name).matches("\\$\\{PUBLISH_ADDRESS:-127\\.0\\.0\\.1}:\\d+:\\d+");
            hostPorts.add(port.replaceAll(".*}:(\\d+):\\d+", "$1"));
          }
        });

    assertThat(hostPorts)
        .doesNotHaveDuplicates()
        .contains("8080", "4317", "4318", "55680", "55681", "5001", "5002", "5003")
        .contains("8181", "3100", "9090");
  }

  @Test
  void publishedPorts_ofOurImagesAreExposedByThem() {
    Map<String, Dockerfile.Stage> stages = Dockerfile.read();
    services.forEach(
        (name, service) -> {
          if (service.has("build")) {
            Dockerfile.Stage stage = stages.get(service.at("/build/target").asText());
            assertThat(containerPorts(service))
                .as(name)
                .containsExactlyInAnyOrderElementsOf(stage.exposed());
          }
        });
  }

  @Test
  void environment_namesAreOnesThatTheServiceReads() {
    Set<String> server = new TreeSet<>(StackFiles.literals("correlation-server"));
    server.addAll(StackFiles.literals("mdso-bridge"));
    assertKnown("correlation-server", server);
    for (String sample : SAMPLES) {
      assertKnown(sample, StackFiles.literals("sample-services/" + sample));
    }
    assertKnown("alloy", StackFiles.matches("sys\\.env\\(\"(\\w+)\"\\)", alloy()));
    assertThat(environment("grafana").keySet()).allMatch(variable -> variable.startsWith("GF_"));
  }

  private void assertKnown(String service, Iterable<String> known) {
    List<String> names = new ArrayList<>(environment(service).keySet());
    names.removeIf(name -> name.startsWith("OTEL_"));

    assertThat(known).as(service).containsAll(names);
  }

  private Map<String, JsonNode> environment(String service) {
    return StackFiles.fields(services.get(service).path("environment"));
  }

  private static String alloy() {
    return StackFiles.text("docker/alloy/config.alloy");
  }

  @Test
  void alloy_getsEveryVariableThatItsConfigurationReads() {
    assertThat(environment("alloy").keySet())
        .containsAll(StackFiles.matches("sys\\.env\\(\"(\\w+)\"\\)", alloy()));
  }

  @Test
  void mounts_areFilesThatExistOrDeclaredVolumes() {
    Set<String> volumes = StackFiles.fields(compose.path("volumes")).keySet();
    services.forEach(
        (name, service) -> {
          for (String mount : StackFiles.texts(service.path("volumes"))) {
            String source = mount.replaceAll("^\\$\\{\\w+:-([^}]*)}", "$1").split(":")[0];
            if (source.startsWith(".")) {
              assertThat(Files.exists(StackFiles.path("docker/" + source))).as(mount).isTrue();
              assertThat(mount).as(name).endsWith(":ro");
            } else {
              assertThat(volumes).as(name).contains(source);
            }
          }
        });
  }

  @Test
  void dependencies_areServices() {
    services.forEach(
        (name, service) -> {
          JsonNode dependencies = service.path("depends_on");
          List<String> names =
              dependencies.isArray()
                  ? StackFiles.texts(dependencies)
                  : new ArrayList<>(StackFiles.fields(dependencies).keySet());
          assertThat(services.keySet()).as(name).containsAll(names);
        });
  }

  @Test
  void waitingForHealth_isOnlyForImagesWithAHealthCheck() {
    Map<String, Dockerfile.Stage> stages = Dockerfile.read();
    services.forEach(
        (name, service) ->
            StackFiles.fields(service.path("depends_on"))
                .forEach(
                    (dependency, how) -> {
                      if (how.path("condition").asText().equals("service_healthy")) {
                        String target = services.get(dependency).at("/build/target").asText();
                        assertThat(stages.get(target).text()).contains("HEALTHCHECK");
                      }
                    }));
  }

  /** Every {@code http://service:port} in any file of the stack leads to something that listens. */
  @Test
  void urls_leadToAServiceThatListensThere() {
    Map<String, Set<String>> listening = listening();
    for (String file :
        List.of(
            "docker/compose.yaml",
            "docker/gateway/config.yaml",
            "docker/tempo/tempo.yaml",
            "docker/loki/loki.yaml",
            "docker/grafana/provisioning/datasources/datasources.yaml")) {
      for (String place :
          StackFiles.matches("https?://([a-z][a-z0-9-]+:\\d+)", StackFiles.text(file))) {
        assertListens(file, place, listening);
      }
    }
    for (JsonNode job :
        StackFiles.yaml("docker/prometheus/prometheus.yaml").path("scrape_configs")) {
      for (String target : StackFiles.texts(job.at("/static_configs/0/targets"))) {
        assertListens("prometheus.yaml", target, listening);
      }
    }
  }

  private static void assertListens(String file, String place, Map<String, Set<String>> listening) {
    String[] hostAndPort = place.split(":");
    assertThat(listening).as(file + ": " + place).containsKey(hostAndPort[0]);
    assertThat(listening.get(hostAndPort[0])).as(file + ": " + place).contains(hostAndPort[1]);
  }

  private Map<String, Set<String>> listening() {
    Map<String, Set<String>> listening = new HashMap<>();
    services.forEach(
        (name, service) -> listening.put(name, new TreeSet<>(containerPorts(service))));
    JsonNode tempo = StackFiles.yaml("docker/tempo/tempo.yaml");
    assertThat(containerPorts(services.get("tempo")))
        .containsExactly(tempo.at("/server/http_listen_port").asText());
    assertThat(containerPorts(services.get("loki")))
        .containsExactly(
            StackFiles.yaml("docker/loki/loki.yaml").at("/server/http_listen_port").asText());
    for (String protocol : List.of("http", "grpc")) {
      String at = "/distributor/receivers/otlp/protocols/" + protocol + "/endpoint";
      listening.get("tempo").add(tempo.at(at).asText().replaceAll(".*:", ""));
    }
    listening
        .get("gateway")
        .addAll(StackFiles.matches("port: (\\d+)", StackFiles.text("docker/gateway/config.yaml")));
    return listening;
  }

  private static List<String> containerPorts(JsonNode service) {
    return StackFiles.texts(service.path("ports")).stream()
        .map(port -> port.replaceAll(".*:", ""))
        .toList();
  }

  @Test
  void retention_isAWeekForLogsAndTracesAndFifteenDaysForMetrics() {
    assertThat(StackFiles.texts(services.get("prometheus").path("command")))
        .contains("--storage.tsdb.retention.time=15d");
    assertThat(
            StackFiles.yaml("docker/loki/loki.yaml").at("/limits_config/retention_period").asText())
        .isEqualTo("168h");
    assertThat(
            StackFiles.yaml("docker/loki/loki.yaml").at("/compactor/retention_enabled").asBoolean())
        .isTrue();
    JsonNode tempo = StackFiles.yaml("docker/tempo/tempo.yaml");
    assertThat(tempo.at("/backend_worker/compaction/block_retention").asText()).isEqualTo("168h");
    assertThat(
            tempo.at("/backend_scheduler/provider/compaction/compaction/block_retention").asText())
        .isEqualTo("168h");
  }

  @Test
  void mutualTls_isAnOverlayOfServicesThatExist() {
    JsonNode overlay = StackFiles.yaml("docker/compose.mtls.yaml").path("services");

    assertThat(services.keySet()).containsAll(StackFiles.fields(overlay).keySet());
    assertThat(environment("alloy").keySet())
        .containsAll(StackFiles.fields(overlay.at("/alloy/environment")).keySet());
    assertThat(overlay.at("/alloy/environment/CORRELATION_GATEWAY_URL").asText())
        .isEqualTo("https://gateway:55682");
    assertThat(StackFiles.text("docker/gateway/mtls.yaml")).contains("endpoint: 0.0.0.0:55682");
    for (JsonNode service : overlay) {
      for (String mount : StackFiles.texts(service.path("volumes"))) {
        if (mount.startsWith("./")) {
          assertThat(StackFiles.path("docker/" + mount.split(":")[0])).exists();
        }
      }
    }
  }

  @Test
  void exemplars_areStoredByPrometheus() {
    assertThat(StackFiles.texts(services.get("prometheus").path("command")))
        .contains("--enable-feature=exemplar-storage", "--web.enable-otlp-receiver");
  }
}
