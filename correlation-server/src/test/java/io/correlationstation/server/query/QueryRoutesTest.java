// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import static io.correlationstation.server.journey.Telemetry.CIRCUIT;
import static io.correlationstation.server.journey.Telemetry.log;
import static io.correlationstation.server.journey.Telemetry.logs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.InMemoryJournal;
import io.correlationstation.server.journey.JourneyConfig;
import io.correlationstation.server.journey.Journeys;
import io.correlationstation.server.journey.OrderStory;
import io.correlationstation.server.journey.Telemetry;
import io.correlationstation.server.otlp.SpanTables;
import io.correlationstation.server.query.ServerState.Check;
import io.correlationstation.server.stitch.EdgeStatistics;
import io.correlationstation.server.stitch.Ruling;
import io.correlationstation.server.stitch.ServiceEdge;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
final class QueryRoutesTest {

  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path directory;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final InMemoryJournal journal = new InMemoryJournal();
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Map<String, Check> checks = new ConcurrentHashMap<>(Map.of("journal", Check.UP));
  private final List<EdgeStatistics> edges = new CopyOnWriteArrayList<>();
  private final OrderStory story = new OrderStory(1, 0, false);
  private final List<Ruling> ruled = new CopyOnWriteArrayList<>();
  private final Rulings rulings =
      new Rulings() {
        @Override
        public CompletableFuture<?> rule(Ruling ruling) {
          if (ruling.reason().equals("refuse")) {
            return CompletableFuture.failedFuture(new IllegalStateException("full"));
          }
          ruled.add(ruling);
          return CompletableFuture.completedFuture(1L);
        }

        @Override
        public @Nullable String user(Context context) {
          return context.header("X-User");
        }
      };

  private Journeys journeys;
  private QueryRoutes routes;
  private Javalin server;

  @BeforeEach
  void start() throws IOException {
    JourneyConfig settings =
        JourneyConfig.inDirectory(directory).withRetention(Duration.ofDays(36_500));
    journeys =
        Journeys.start(settings, journal, new SpanTables(settings.attributeNames()), registry);
    routes =
        QueryRoutes.create(
            journeys, () -> edges, rulings, new ServerState("1.2.3", () -> checks), registry);
    server =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  routes.register(config);
                })
            .start(InetAddress.getLoopbackAddress().getHostAddress(), 0);
  }

  @AfterEach
  void stop() {
    routes.close();
    server.stop();
    journeys.close();
  }

  @Test
  void topology_edges_theOneThatLosesMostIsFirst() throws Exception {
    edges.add(new EdgeStatistics(new ServiceEdge("beorn", "palantir"), 12, 0, 0, 5_000_000, false));
    edges.add(new EdgeStatistics(new ServiceEdge("mdso-scriptplan", "arda"), 1, 3, 0.75, -1, true));

    JsonNode items = json("/api/topology").get("items");

    assertThat(items.get(0).get("callee").asText()).isEqualTo("arda");
    assertThat(items.get(0).get("lost_share").asDouble()).isEqualTo(0.75);
    assertThat(items.get(0).get("configured").asBoolean()).isTrue();
    assertThat(items.get(1).get("median_delay_ms").asDouble()).isEqualTo(5);
  }

  @Test
  void circuits_orderOverThreeTraces_hasShapeOfContract() throws Exception {
    append(story.frames());

    JsonNode circuit = json("/api/circuits/" + CIRCUIT);

    assertThat(circuit.get("circuit_id").asText()).isEqualTo(CIRCUIT);
    assertThat(circuit.get("aliases").findValuesAsText("value")).contains(story.resource);
    JsonNode journey = circuit.get("journeys").get(0);
    assertThat(names(journey))
        .contains("id", "start", "end", "state", "fragments", "handoffs", "logs", "events");
    assertThat(journey.get("start").asText()).isEqualTo("2026-11-01T12:00:00.000000000Z");
    assertThat(journey.get("state").asText()).isEqualTo("completed");
    assertThat(journey.get("fragments").findValuesAsText("trace_id"))
        .containsExactly(story.beornTrace, story.mdsoTrace, story.ardaTrace);
  }

  @Test
  void circuits_idIsAlias_findsCircuit() throws Exception {
    append(story.frames());

    assertThat(json("/api/circuits/" + story.resource).get("circuit_id").asText())
        .isEqualTo(CIRCUIT);
  }

  @Test
  void circuits_brokenPath_isProblem400() throws Exception {
    HttpResponse<String> answer = get("/api/circuits/%00");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(JSON.readTree(answer.body()).get("status").asInt()).isEqualTo(400);
  }

  @Test
  void circuits_unknownId_isProblem404() throws Exception {
    HttpResponse<String> answer = get("/api/circuits/nobody");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    assertThat(JSON.readTree(answer.body()).get("status").asInt()).isEqualTo(404);
    assertThat(JSON.readTree(answer.body()).get("detail").asText()).contains("nobody");
  }

  @Test
  void circuits_slashInId_isReadWhenEncoded() throws Exception {
    append(logs(log(null, "mdso", 0, "hello", "circuit_id", "80/L1XX/000001//TEST")));

    assertThat(
            json("/api/circuits/"
                    + URLEncoder.encode("80/L1XX/000001//TEST", StandardCharsets.UTF_8))
                .get("circuit_id")
                .asText())
        .isEqualTo("80/L1XX/000001//TEST");
  }

  @Test
  void correlations_ofCircuit_haveShapeOfContract() throws Exception {
    append(story.frames());

    JsonNode page = json("/api/correlations?circuit_id=" + CIRCUIT + "&service=arda");

    assertThat(names(page)).containsExactly("items", "next_cursor");
    assertThat(page.get("next_cursor").isNull()).isTrue();
    JsonNode item = page.get("items").get(0);
    assertThat(names(item))
        .contains(
            "id",
            "trace_id",
            "circuit_id",
            "product_id",
            "resource_id",
            "resource_type_id",
            "request_id",
            "services",
            "start",
            "end",
            "span_count",
            "log_count",
            "handoffs");
    assertThat(item.get("trace_id").asText()).isEqualTo(story.ardaTrace);
    assertThat(item.get("span_count").asInt()).isEqualTo(1);
    assertThat(item.get("log_count").asInt()).isEqualTo(1);
    assertThat(item.get("handoffs").findValuesAsText("id")).containsExactly(story.toArda.id());
  }

  @Test
  void correlations_nothingFound_is200AndEmpty() throws Exception {
    JsonNode page = json("/api/correlations?circuit_id=none-such");

    assertThat(page.get("items")).isEmpty();
    assertThat(page.get("next_cursor").isNull()).isTrue();
  }

  @Test
  void correlations_followedByCursor_givesEachOnce() throws Exception {
    append(story.frames());
    List<String> seen = new ArrayList<>();
    String next = "";

    do {
      JsonNode page = json("/api/correlations?limit=1&cursor=" + next);
      seen.addAll(page.get("items").findValuesAsText("trace_id"));
      next = page.get("next_cursor").isNull() ? "" : page.get("next_cursor").asText();
    } while (!next.isEmpty());

    assertThat(seen).containsExactly(story.ardaTrace, story.mdsoTrace, story.beornTrace);
  }

  @Test
  void correlations_timesInAnyOffset_areCompared() throws Exception {
    append(story.frames());

    assertThat(
            json("/api/correlations?start_time=2026-11-01T14:00:08%2B02:00")
                .get("items")
                .findValuesAsText("trace_id"))
        .containsExactly(story.mdsoTrace);
    assertThat(json("/api/correlations?end_time=2026-11-01T11:59:59Z").get("items")).isEmpty();
  }

  @Test
  void correlations_wrongParameters_areProblem400() throws Exception {
    for (String query :
        List.of(
            "limit=0",
            "limit=-1",
            "limit=many",
            "start_time=yesterday",
            "cursor=abc",
            "start_time=2026-01-02T00:00:00Z&end_time=2026-01-01T00:00:00Z")) {
      HttpResponse<String> answer = get("/api/correlations?" + query);

      assertThat(answer.statusCode()).as(query).isEqualTo(400);
      assertThat(answer.headers().firstValue("Content-Type"))
          .as(query)
          .hasValue("application/problem+json");
    }
    assertThat(get("/api/correlations?limit=5000").statusCode()).isEqualTo(200);
  }

  @Test
  void handoffs_withConfidence_haveShapeOfContract() throws Exception {
    append(story.frames());

    JsonNode page = json("/api/handoffs?circuit_id=" + CIRCUIT + "&min_confidence=0.95");

    JsonNode item = page.get("items").get(0);
    assertThat(page.get("items")).hasSize(1);
    assertThat(names(item))
        .containsExactly(
            "id",
            "child_trace_id",
            "child_span_id",
            "parent_trace_id",
            "parent_span_id",
            "child_service",
            "parent_service",
            "confidence",
            "state",
            "evidence",
            "delay_ms",
            "method",
            "model_version",
            "supersedes");
    assertThat(item.get("state").asText()).isEqualTo("linked");
    assertThat(item.get("confidence").asDouble()).isEqualTo(0.98);
    assertThat(item.get("delay_ms").asDouble()).isEqualTo(950.0);
    assertThat(names(item.get("evidence").get(0)))
        .containsExactly("kind", "key", "value", "weight");
    assertThat(get("/api/handoffs?min_confidence=2").statusCode()).isEqualTo(400);
    assertThat(get("/api/handoffs?state=maybe").statusCode()).isEqualTo(400);
  }

  @Test
  void handoffs_byResource_areThoseOfItsTraces() throws Exception {
    append(story.frames());

    JsonNode found = json("/api/handoffs?resource_id=" + story.resource).get("items");

    assertThat(found).isNotEmpty();
    assertThat(found)
        .extracting(item -> item.get("child_trace_id").asText())
        .containsExactly(story.mdsoTrace);
    assertThat(json("/api/handoffs?resource_id=unknown").get("items")).isEmpty();
  }

  @Test
  void list_misspeltParameter_isRefusedNotIgnored() throws Exception {
    HttpResponse<String> answer = get("/api/handoffs?circuitid=" + CIRCUIT);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("circuitid").contains("circuit_id");
    assertThat(get("/api/topology?service=arda").statusCode()).isEqualTo(400);
    assertThat(get("/?id=" + CIRCUIT).statusCode()).isEqualTo(200);
    assertThat(get("/metrics?x=1").statusCode()).isEqualTo(200);
  }

  @Test
  void handoff_byId_explainsItself() throws Exception {
    append(story.frames());

    JsonNode handoff = json("/api/handoffs/" + story.toArda.id());

    assertThat(handoff.get("child").get("name").asText()).isEqualTo(story.topology.name());
    assertThat(handoff.get("parent").get("service").asText()).isEqualTo("mdso-scriptplan");
    assertThat(handoff.get("keys").get("circuit_id").asText()).isEqualTo(CIRCUIT);
    assertThat(get("/api/handoffs/none").statusCode()).isEqualTo(404);
  }

  @Test
  void verdict_onKnownHandoff_isTakenWithReasonAndAuthor() throws Exception {
    append(story.frames());
    String path = "/api/handoffs/" + story.toArda.id() + "/verdict";

    HttpResponse<String> answer =
        post(path, "{\"verdict\":\"reject\",\"reason\":\" other order \",\"author\":\"ann\"}");

    assertThat(answer.statusCode()).isEqualTo(202);
    JsonNode taken = JSON.readTree(answer.body());
    assertThat(taken.get("handoff_id").asText()).isEqualTo(story.toArda.id());
    assertThat(taken.get("verdict").get("author").asText()).isEqualTo("ann");
    Ruling.OnHandoff ruling = (Ruling.OnHandoff) ruled.get(0);
    assertThat(ruling.confirmed()).isFalse();
    assertThat(ruling.reason()).isEqualTo("other order");
    assertThat(ruling.handoff()).isEqualTo(story.toArda);
  }

  @Test
  void verdict_byAuthenticatedUser_isTheirsWhateverTheBodySays() throws Exception {
    append(story.frames());

    HttpRequest request =
        HttpRequest.newBuilder(uri("/api/handoffs/" + story.toArda.id() + "/verdict"))
            .header("Content-Type", "application/json")
            .header("X-User", "ops")
            .POST(
                HttpRequest.BodyPublishers.ofString("{\"verdict\":\"confirm\",\"author\":\"ann\"}"))
            .build();

    assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(202);
    assertThat(ruled.get(0).author()).isEqualTo("ops");
  }

  @Test
  void verdict_wrong_isProblemAndNotTaken() throws Exception {
    append(story.frames());
    String path = "/api/handoffs/" + story.toArda.id() + "/verdict";

    assertThat(post(path, "{\"verdict\":\"maybe\"}").statusCode()).isEqualTo(400);
    assertThat(post(path, "{").statusCode()).isEqualTo(400);
    assertThat(post(path, "[]").statusCode()).isEqualTo(400);
    assertThat(post(path, "{\"verdict\":\"reject\",\"reason\":7}").statusCode()).isEqualTo(400);
    assertThat(post("/api/handoffs/none/verdict", "{\"verdict\":\"reject\"}").statusCode())
        .isEqualTo(404);
    HttpResponse<String> refused = post(path, "{\"verdict\":\"reject\",\"reason\":\"refuse\"}");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(ruled).isEmpty();
  }

  @Test
  void verdict_asForm_isRefused() throws Exception {
    HttpRequest form =
        HttpRequest.newBuilder(uri("/api/handoffs/x/verdict"))
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("{\"verdict\":\"reject\"}"))
            .build();

    assertThat(http.send(form, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(400);
  }

  @Test
  void verdicts_inTheJournal_areTheHandoffsHistory() throws Exception {
    append(story.frames());
    append(ruling(false, 1), ruling(true, 2));

    JsonNode verdicts = json("/api/handoffs/" + story.toArda.id()).get("verdicts");

    assertThat(verdicts.findValuesAsText("verdict")).containsExactly("reject", "confirm");
    assertThat(names(verdicts.get(0))).containsExactly("verdict", "reason", "author", "time");
  }

  @Test
  void retractAlias_isTaken() throws Exception {
    HttpResponse<String> answer =
        post(
            "/api/aliases/retract",
            "{\"key\":\"resource_id\",\"value\":\"r\",\"other_key\":\"circuit_id\","
                + "\"other_value\":\"80.L1XX.000001..TEST\",\"reason\":\"typo\"}");

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(((Ruling.OnAlias) ruled.get(0)).otherValue()).isEqualTo("80.L1XX.000001..TEST");
    assertThat(ruled.get(0).author()).isEqualTo("anonymous");
    assertThat(post("/api/aliases/retract", "{\"key\":\"resource_id\"}").statusCode())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({"resource, circuit_id, none of", "circuit_id, circuit_id, the same"})
  void retractAlias_keysThatMakeNoAlias_areRefused(String key, String other, String why)
      throws Exception {
    HttpResponse<String> answer =
        post(
            "/api/aliases/retract",
            "{\"key\":\"%s\",\"value\":\"r\",\"other_key\":\"%s\",\"other_value\":\"c\"}"
                .formatted(key, other));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(why);
    assertThat(ruled).isEmpty();
  }

  private Frame ruling(boolean confirmed, long time) {
    return Telemetry.ruling(
        new Ruling.OnHandoff(story.toArda, confirmed, null, "because", "ann", time));
  }

  @Test
  void traces_idInAnyCase_haveShapeOfContract() throws Exception {
    append(story.frames());

    JsonNode trace = json("/api/traces/" + story.beornTrace.toUpperCase(Locale.ROOT));

    assertThat(names(trace)).contains("trace_id", "services", "spans", "handoffs", "logs");
    assertThat(trace.get("spans")).hasSize(2);
    JsonNode span = trace.get("spans").get(1);
    assertThat(names(span))
        .containsExactly(
            "trace_id",
            "span_id",
            "parent_span_id",
            "name",
            "kind",
            "service",
            "start",
            "end",
            "status",
            "status_message",
            "attributes",
            "events",
            "links",
            "synthetic");
    assertThat(span.get("kind").asText()).isEqualTo("CLIENT");
    assertThat(span.get("parent_span_id").asText()).isEqualTo(story.order.spanId());
    assertThat(trace.get("handoffs")).hasSize(1);
    assertThat(trace.get("logs").findValuesAsText("message")).containsExactly("order taken");
    assertThat(get("/api/traces/" + "f".repeat(32)).statusCode()).isEqualTo(404);
    assertThat(get("/api/traces/xyz").statusCode()).isEqualTo(404);
  }

  @Test
  void journeys_byId_carrySpansOfAllFragments() throws Exception {
    append(story.frames());
    String id = json("/api/search?id=" + story.request).get("journey_ids").get(0).asText();

    JsonNode journey = json("/api/journeys/" + id);

    assertThat(journey.get("id").asText()).isEqualTo(id);
    assertThat(journey.get("spans")).hasSize(5);
    assertThat(journey.get("complete").asBoolean()).isTrue();
    assertThat(get("/api/journeys/none").statusCode()).isEqualTo(404);
  }

  @Test
  void journeys_byState_listThoseInThatState() throws Exception {
    append(story.frames());
    append(new OrderStory(2, 200, true).frames());

    JsonNode all = json("/api/journeys");
    JsonNode failed = json("/api/journeys?state=failed");

    assertThat(all.get("items")).hasSize(2);
    assertThat(all.get("items").findValuesAsText("state")).containsExactly("failed", "completed");
    assertThat(failed.get("items")).hasSize(1);
    assertThat(names(failed.get("items").get(0)))
        .containsExactly(
            "id",
            "circuit_ids",
            "start",
            "end",
            "state",
            "defect_code",
            "root_name",
            "services",
            "fragment_count",
            "span_count",
            "error_count");
    assertThat(failed.get("items").get(0).get("defect_code").asText()).isEqualTo("DE-1001");
    assertThat(json("/api/journeys?state=running").get("items")).isEmpty();
    assertThat(json("/api/journeys?state=completed").get("items")).hasSize(1);
    assertThat(json("/api/journeys?circuit_id=" + story.resource).get("items")).hasSize(2);
  }

  @Test
  void journeys_ofAnyCircuit_leaveOutHealthChecks() throws Exception {
    append(Telemetry.traces(Telemetry.span(Telemetry.trace(9), 9, "arda", "GET /health")));
    append(story.frames());

    assertThat(json("/api/journeys").get("items")).hasSize(2);
    assertThat(json("/api/journeys?of_any_circuit=true").get("items")).hasSize(1);
    assertThat(get("/api/journeys?of_any_circuit=perhaps").statusCode()).isEqualTo(400);
  }

  @Test
  void diff_failedJourney_namesWhereItFirstDiffers() throws Exception {
    append(story.frames());
    append(new OrderStory(2, 60_000, true).frames());
    String failed = json("/api/journeys?state=failed").get("items").findValuesAsText("id").get(0);
    String good = json("/api/journeys?state=completed").get("items").findValuesAsText("id").get(0);

    JsonNode diff = json("/api/journeys/" + failed + "/diff");

    assertThat(diff.get("baseline").get(0).asText()).isEqualTo(good);
    assertThat(diff.get("differences").findValuesAsText("kind"))
        .containsExactly("failed", "failed");
    assertThat(diff.get("differences").get(1).get("defect_code").asText()).isEqualTo("DE-1001");
    assertThat(get("/api/journeys/none/diff").statusCode()).isEqualTo(404);
  }

  @Test
  void evidence_ofJourney_isOneFileWithEverything() throws Exception {
    append(story.frames());
    String id = json("/api/journeys").get("items").findValuesAsText("id").get(0);

    HttpResponse<String> answer = get("/api/journeys/" + id + "/evidence");
    JsonNode pack = JSON.readTree(answer.body());

    assertThat(answer.headers().firstValue("Content-Disposition").orElse(""))
        .contains("attachment", id);
    assertThat(pack.get("journey").get("spans")).hasSize(5);
    assertThat(pack.get("journey").get("id").asText()).isEqualTo(id);
    assertThat(pack.get("handoffs").get(0).get("rivals")).isNotNull();
    assertThat(pack.get("diff").get("baseline")).isEmpty();
    assertThat(get("/api/journeys/none/evidence").statusCode()).isEqualTo(404);
  }

  @Test
  void live_newSpan_isTold() throws Exception {
    HttpResponse<InputStream> answer =
        http.send(
            HttpRequest.newBuilder(uri("/api/live")).header("Accept", "text/event-stream").build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/event-stream");

    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).startsWith(":");
      append(story.frames());
      String line = lines.readLine();
      while (!line.startsWith("data:")) {
        line = lines.readLine();
      }

      JsonNode change = JSON.readTree(line.substring("data:".length()));
      assertThat(change.get("circuit_ids").get(0).asText()).isEqualTo(CIRCUIT);
      assertThat(change.get("journey_ids")).isNotEmpty();
      assertThat(change.get("more").asBoolean()).isFalse();
    }
  }

  @Test
  void health_partDown_isStillHealthyAndShowsIt() throws Exception {
    checks.put("journal", new Check(false, "disk full"));

    JsonNode health = json("/health");

    assertThat(names(health)).containsExactly("status", "version", "timestamp", "components");
    assertThat(health.get("status").asText()).isEqualTo("healthy");
    assertThat(health.get("version").asText()).isEqualTo("1.2.3");
    assertThat(health.get("components").get("journal").get("reason").asText())
        .isEqualTo("disk full");
  }

  @Test
  void ready_partDown_is503WithReason() throws Exception {
    assertThat(get("/ready").statusCode()).isEqualTo(200);
    checks.put("journal", new Check(false, "disk full"));

    HttpResponse<String> answer = get("/ready");

    assertThat(answer.statusCode()).isEqualTo(503);
    JsonNode check = JSON.readTree(answer.body()).get("checks").get("journal");
    assertThat(check.get("status").asText()).isEqualTo("down");
    assertThat(check.get("reason").asText()).isEqualTo("disk full");
  }

  @Test
  void metrics_byAccept_areTextOrOpenMetrics() throws Exception {
    append(story.frames());

    HttpResponse<String> text = get("/metrics");
    HttpResponse<String> open =
        http.send(
            HttpRequest.newBuilder(uri("/metrics"))
                .header("Accept", "application/openmetrics-text; version=1.0.0")
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(text.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain");
    assertThat(text.body()).contains("corr_journey_records_total{kind=\"span\"} 5.0");
    assertThat(open.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text");
    assertThat(open.body()).endsWith("# EOF\n");
  }

  /** As Prometheus asks that also takes native histograms. */
  @Test
  void metrics_protobufAskedForFirst_areOpenMetrics() throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(uri("/metrics"))
                .header(
                    "Accept",
                    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
                        + "encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;"
                        + "q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
                .build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text");
  }

  @Test
  void page_atRoot_allowsNoOtherOrigin() throws Exception {
    HttpResponse<String> page = get("/");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .contains("default-src 'self'");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    for (String asset : PageAssets.NAMES) {
      assertThat(get("/assets/" + asset).statusCode()).as(asset).isEqualTo(200);
      assertThat(get("/assets/" + asset).body()).as(asset).doesNotContain("https://");
    }
    assertThat(page.body()).doesNotContain("https://", "<script>", "style=\"");
  }

  @Test
  void page_unchanged_is304() throws Exception {
    String etag = get("/").headers().firstValue("ETag").orElseThrow();

    HttpResponse<String> again =
        http.send(
            HttpRequest.newBuilder(uri("/")).header("If-None-Match", etag).build(),
            HttpResponse.BodyHandlers.ofString());

    assertThat(again.statusCode()).isEqualTo(304);
  }

  @Test
  void head_onPageHealthAndReady_isAnswered() throws Exception {
    for (String path : List.of("/", "/health", "/ready")) {
      HttpResponse<Void> answer =
          http.send(
              HttpRequest.newBuilder(uri(path))
                  .method("HEAD", HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.discarding());

      assertThat(answer.statusCode()).as(path).isEqualTo(200);
    }
  }

  @Test
  void documentation_everyCommand_isAnswered() throws Exception {
    append(story.frames());
    String journey = json("/api/journeys").get("items").findValuesAsText("id").get(0);
    Pattern command =
        Pattern.compile("curl (?<options>.*)['\"]http://localhost:8080(?<path>[^'\"]*)");
    List<String> commands =
        Files.readAllLines(Path.of("../docs/api.md")).stream()
            .filter(line -> line.startsWith("curl"))
            .toList();

    assertThat(commands).hasSizeGreaterThan(10);
    for (String line : commands) {
      Matcher parts = command.matcher(line);
      assertThat(parts.find()).as(line).isTrue();
      String path =
          parts
              .group("path")
              .replace("$JOURNEY", journey)
              .replace("$HANDOFF", story.toMdso.id())
              .replace("$TRACE", story.mdsoTrace);
      HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
      Matcher header = Pattern.compile("-H '(.*?): (.*?)'").matcher(parts.group("options"));
      while (header.find()) {
        request.header(header.group(1), header.group(2));
      }
      Matcher body = Pattern.compile("-d '(.*?)'").matcher(parts.group("options"));
      boolean post = body.find();
      if (post) {
        request.POST(HttpRequest.BodyPublishers.ofString(body.group(1)));
      }
      HttpResponse<InputStream> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      answer.body().close();

      assertThat(answer.statusCode()).as(line).isEqualTo(post ? 202 : 200);
    }
    assertThat(ruled).hasSize(2);
  }

  @Test
  void openApi_paths_areTheRoutes() throws Exception {
    JsonNode document = json("/openapi.json");

    assertThat(document.get("openapi").asText()).startsWith("3.");
    List<String> documented = names(document.get("paths"));
    assertThat(documented).allSatisfy(path -> assertThat(path).startsWith("/"));
    assertThat(routes.paths())
        .filteredOn(path -> !path.startsWith("/assets/"))
        .isSubsetOf(documented);
  }

  private void append(List<Frame> frames) {
    append(frames.toArray(Frame[]::new));
  }

  private void append(Frame... frames) {
    for (Frame frame : frames) {
      journal.append(frame);
    }
    await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(10, TimeUnit.SECONDS)
        .until(() -> journeys.position() == journal.status().nextSequence() - 1);
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    for (Iterator<String> all = object.fieldNames(); all.hasNext(); ) {
      names.add(all.next());
    }
    return names;
  }

  private JsonNode json(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    return JSON.readTree(answer.body());
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(uri(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.port() + path);
  }
}
