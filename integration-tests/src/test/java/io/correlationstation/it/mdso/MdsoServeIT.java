// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.mdso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.it.server.StationProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bridge inside a real server, over a collection of thirty orders: what users ask it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MdsoServeIT {

  private static final int SERVICES = 30;
  private static final int ENTRIES = 20;
  private static final Path ROOT = Path.of(System.getProperty("station.root", ".."));
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");

  @TempDir private static Path directory;

  private Population orchestrator;
  private StationProcess station;
  private MdsoCalls mdso;
  private JsonNode job;

  @BeforeAll
  void collect() throws Exception {
    orchestrator = Population.start(SERVICES, ENTRIES, service -> {});
    station =
        StationProcess.start(directory.resolve("data"), MdsoCalls.settings(orchestrator.port()));
    mdso = new MdsoCalls(station);
    job = mdso.collect(Duration.ofSeconds(60));
  }

  @AfterAll
  void stop() throws InterruptedException {
    station.close();
    orchestrator.close();
  }

  @Test
  void job_collected_saysWhatItDid() {
    assertThat(job.path("status").textValue()).as(job.toString()).isEqualTo("succeeded");
    assertThat(job.path("product_type").textValue()).isEqualTo("network_service");
    assertThat(job.path("time_range").textValue()).isEqualTo("1d");
    assertThat(job.path("counts").path("traces").intValue()).isEqualTo(SERVICES);
    assertThat(job.path("errors")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', 1",
    "?product_name=PortActivation, 1",
    "?product_name=NetworkService, 0",
    "?time_interval=1d, 1",
    "?time_interval=1m, 0",
    "?product_name=PortActivation&time_interval=1w, 1"
  })
  void errors_byProductAndTime_areCounted(String query, int rows) throws Exception {
    JsonNode items = mdso.json("/mdso/errors" + query).path("items");

    assertThat(items).hasSize(rows);
    if (query.isEmpty()) {
      assertThat(items.get(0).path("code").textValue()).isEqualTo("DE-1001");
      assertThat(items.get(0).path("product").textValue()).isEqualTo("PortActivation");
      assertThat(items.get(0).path("count").intValue()).isEqualTo(SERVICES);
      assertThat(items.get(0).path("first_seen").textValue())
          .isLessThan(items.get(0).path("last_seen").textValue());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/mdso/errors?time_interval=soon", "/mdso/errors?time_interval=9w"})
  void errors_wrongInterval_isAProblem(String path) throws Exception {
    assertProblem(mdso.get(path), 400, "time_interval");
  }

  @Test
  void trigger_unknownProduct_isAProblemThatNamesTheKnown() throws Exception {
    assertProblem(
        mdso.post("/mdso/trigger-collection?product_type=x", ""), 400, "disconnect_mapper");
    assertProblem(mdso.post("/mdso/trigger-collection", ""), 400, "product_type is missing");
    assertProblem(
        mdso.post("/mdso/trigger-collection?product_type=port_activation&time_range=x", ""),
        400,
        "time_range");
    assertProblem(mdso.get("/mdso/jobs/none"), 404, "none");
  }

  @Test
  void dryRun_texts_answersInOrderAndCountsNothing() throws Exception {
    JsonNode results =
        new ObjectMapper()
            .readTree(
                mdso.post(
                        "/mdso/errors/test",
                        "{\"product_type\":\"network_service\",\"texts\":[\"unable to connect to"
                            + " device EXPLTXAA01W\",\"the moon is too bright\"]}")
                    .body())
            .path("results");

    assertThat(results.get(0).path("code").textValue()).isEqualTo("DE-1001");
    assertThat(results.get(1).path("code").textValue()).isEqualTo("UNCLASSIFIED");
    assertThat(results.get(1).path("rule").isNull()).isTrue();
    assertThat(results.get(1).path("fingerprint").textValue()).matches("[0-9a-f]{64}");
    assertThat(mdso.json("/mdso/errors/unclassified").path("items")).isEmpty();
  }

  /** Every identifier that a resource record names leads to the circuit. */
  @Test
  void circuit_anyIdOfTheResourceRecord_isFound() throws Exception {
    List<String> ids =
        List.of(
            Population.circuitId(7),
            Population.serviceId(7),
            "order-000007",
            "bpo_" + Population.serviceId(7) + "_" + Population.serviceId(7),
            "EXPLTX00007");
    for (String id : ids) {
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                HttpResponse<String> answer = mdso.get("/api/circuits/" + id);
                assertThat(answer.statusCode()).as(id + ": " + answer.body()).isEqualTo(200);
                assertThat(answer.body()).as(id).contains(Population.circuitId(7));
              });
    }
  }

  @Test
  void metrics_afterACollection_haveTheirNames() throws Exception {
    assertThat(mdso.get("/metrics").body())
        .contains(
            "mdso_api_calls_total{endpoint=\"/bpocore/market/api/v1/resources\",status_code=\"200\"}",
            "mdso_logs_collected_total{product_type=\"network_service\",status=\"success\"} 600.0",
            "mdso_errors_detected_total{defect_code=\"DE-1001\",product_name=\"PortActivation\"} 30.0",
            "mdso_circuits_processing 0.0",
            "mdso_log_collection_duration_count{product_type=\"network_service\"} ");
  }

  /** Each command of the documentation is run as it stands, but for ports and paths. */
  @Test
  void documentation_itsCommands_work() throws Exception {
    String page = Files.readString(ROOT.resolve("docs/mdso-bridge.md"));
    int run = 0;
    Matcher block = BLOCK.matcher(page);
    while (block.find()) {
      if (block.group(1).equals("yaml")) {
        Files.writeString(directory.resolve("my-rules.yml"), block.group(2));
        continue;
      }
      for (String line : block.group(2).replace("\\\n", " ").lines().toList()) {
        if (!line.isBlank() && !isHowTheServerStarts(line)) {
          assertThat(shell(line)).as(line).isZero();
          run++;
        }
      }
    }
    assertThat(run).isGreaterThanOrEqualTo(10);
  }

  /** This class's server is started with these settings. */
  private static boolean isHowTheServerStarts(String line) {
    return line.startsWith("export MDSO_") || line.equals("./station serve");
  }

  private int shell(String command) throws IOException, InterruptedException {
    String here =
        command
            .replace("localhost:8080", station.uri("").getAuthority())
            .replace("<job_id>", job.path("job_id").textValue())
            .replace("<resource_id>", Population.serviceId(7))
            .replace("curl ", "curl --fail --silent --show-error ")
            .replace(
                "./station ",
                Path.of(System.getProperty("java.home"), "bin", "java")
                    + " -jar "
                    + ROOT.resolve("correlation-server/target/correlation-station.jar")
                        .toAbsolutePath()
                    + " ");
    List<String> bash = new ArrayList<>(List.of("bash", "-c", here));
    ProcessBuilder builder =
        new ProcessBuilder(bash).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().putAll(MdsoCalls.settings(orchestrator.port()));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command).isTrue();
    System.out.printf("%s%n%s%n", command, output.lines().limit(5).toList());
    return process.exitValue();
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String detail) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    assertThat(answer.body()).contains(detail);
  }
}
