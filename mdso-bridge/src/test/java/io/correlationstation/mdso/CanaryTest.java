// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static io.correlationstation.mdso.StubOrchestrator.RESOURCES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/**
 * Canaries in every place where a secret passes: token, user's password, secrets in trace logs,
 * answers and log files. Nothing that leaves the bridge may hold one: not what it emits, logs at
 * the finest level, answers or writes to disk, whether calls succeed or fail.
 */
class CanaryTest {

  private static final String TOKEN = "canary-token-7f3a";
  private static final String PASSWORD = "canary-pass-91bc";
  private static final String IN_TRACE = "canary-trace-55de";
  private static final String IN_LOG = "canary-log-e07a";

  private final StubOrchestrator orchestrator = new StubOrchestrator();
  private final RecordingSink sink = new RecordingSink();
  private final Queue<String> logged = new ConcurrentLinkedQueue<>();
  private final Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("ROOT");
  private final java.util.logging.Logger julRoot = LogManager.getLogManager().getLogger("");
  private final Level before = root.getLevel();
  private final java.util.logging.Level julBefore = julRoot.getLevel();
  private final Appender appender = new Appender();
  private final JulHandler handler = new JulHandler();

  @TempDir Path directory;

  @BeforeEach
  void listenAtTheFinestLevel() {
    appender.setContext(root.getLoggerContext());
    appender.start();
    root.addAppender(appender);
    root.setLevel(Level.ALL);
    handler.setLevel(java.util.logging.Level.ALL);
    julRoot.addHandler(handler);
    julRoot.setLevel(java.util.logging.Level.FINEST);
  }

  @AfterEach
  void stop() {
    root.detachAppender(appender);
    root.setLevel(before);
    julRoot.removeHandler(handler);
    julRoot.setLevel(julBefore);
    orchestrator.close();
  }

  /** How the listing, the login and the deletion of the token answer. */
  static Stream<List<ResponseDefinitionBuilder>> answers() {
    ResponseDefinitionBuilder login = token(201, "{\"token\":\"" + TOKEN + "\"}");
    ResponseDefinitionBuilder listing = page();
    ResponseDefinitionBuilder deleted = aResponse().withStatus(204);
    ResponseDefinitionBuilder echo = aResponse().withStatus(500).withBody("no " + TOKEN + " here");
    return Stream.of(
        List.of(login, listing, deleted),
        List.of(login, aResponse().withStatus(401), deleted),
        List.of(login, echo, echo),
        List.of(login, listing, aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)),
        List.of(login, aResponse().withFault(Fault.MALFORMED_RESPONSE_CHUNK), deleted),
        List.of(token(201, "{\"token\":\"" + TOKEN), listing, deleted),
        List.of(token(401, "bad password " + PASSWORD), listing, deleted));
  }

  @ParameterizedTest
  @MethodSource("answers")
  void run_whateverIsAnswered_letsNoSecretOut(List<ResponseDefinitionBuilder> answers)
      throws Exception {
    orchestrator.server.stubFor(
        post(urlPathEqualTo(StubOrchestrator.TOKENS)).willReturn(answers.get(0)));
    orchestrator.server.stubFor(get(urlPathEqualTo(RESOURCES)).willReturn(answers.get(1)));
    orchestrator.server.stubFor(
        delete(urlPathMatching(StubOrchestrator.TOKENS + "/.*")).willReturn(answers.get(2)));
    orchestrator.traceLogs(Fixtures.SERVICE_ID, traceLogWithSecrets());

    StringBuilder said = new StringBuilder();
    try (MdsoBridge bridge =
        MdsoBridges.start(environment(), sink, data(), new MovableClock(Fixtures.NOW))) {
      String id = bridge.trigger("network_service", null).jobId();
      await().until(() -> bridge.job(id).endedAt() != null);
      said.append(bridge.job(id)).append(bridge.errors()).append(bridge.unclassified());
      said.append(bridge.status()).append(bridge.metrics());
    }

    assertFree("what was emitted", sink.everything());
    assertFree("what was answered", said.toString());
    assertFree("what was logged", String.join("\n", logged));
    try (Stream<Path> files = Files.walk(data())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertFree(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
  }

  /** Were nothing logged or sent, the test above would say nothing. */
  @Test
  void run_wellAnswered_isLoggedSentAndEndsTheToken() throws Exception {
    run_whateverIsAnswered_letsNoSecretOut(answers().findFirst().orElseThrow());

    assertThat(logged).anyMatch(line -> line.contains("HttpClient")).hasSizeGreaterThan(20);
    assertThat(sink.everything()).contains("******", "token_deleted");
    orchestrator.server.verify(
        1, deleteRequestedFor(urlPathEqualTo(StubOrchestrator.TOKENS + "/" + TOKEN)));
  }

  private static void assertFree(String where, String text) {
    assertThat(text).as(where).doesNotContain(TOKEN, PASSWORD, IN_TRACE, IN_LOG);
  }

  private Map<String, String> environment() throws IOException {
    Path logs = Files.createDirectories(directory.resolve("logs"));
    Files.writeString(
        logs.resolve("a.log"),
        "2025-01-01 00:00:00,000 - plan - ERROR - login {'password': '" + IN_LOG + "'} failed\n");
    Map<String, String> environment = orchestrator.environment();
    environment.put("MDSO_PASS", PASSWORD);
    environment.put("MDSO_LOG_PATHS", logs.toString());
    return environment;
  }

  private Path data() {
    return directory.resolve("data");
  }

  private static ResponseDefinitionBuilder token(int status, String body) {
    return aResponse().withStatus(status).withBody(body);
  }

  private static ResponseDefinitionBuilder page() {
    ObjectNode service = Fixtures.networkService(Fixtures.SERVICE_ID, "failed");
    ((ObjectNode) service.get("properties")).put("password", IN_TRACE);
    return aResponse().withBody(Fixtures.page(service));
  }

  private static ObjectNode traceLogWithSecrets() {
    ObjectNode log = Fixtures.failedTraceLog();
    ((ObjectNode) log.at("/properties/orchestration_trace/0"))
        .put("message", "Input params: {'password': '" + IN_TRACE + "'}");
    ((ObjectNode) log.at("/properties/orchestration_trace/2"))
        .put("message", "strange: api_key=" + IN_TRACE)
        .put("categorized_error", "strange: token: " + IN_TRACE);
    return log;
  }

  private final class Appender extends AppenderBase<ILoggingEvent> {
    @Override
    protected void append(ILoggingEvent event) {
      boolean ofTheStub =
          event.getLoggerName().startsWith("wiremock")
              || event.getLoggerName().startsWith("org.eclipse");
      if (ofTheStub) {
        return;
      }
      logged.add(event.getLoggerName() + " " + event.getFormattedMessage());
      for (IThrowableProxy each = event.getThrowableProxy(); each != null; each = each.getCause()) {
        logged.add(each.getClassName() + ": " + each.getMessage());
      }
    }
  }

  /** The JDK's HTTP client logs here. */
  private final class JulHandler extends Handler {
    @Override
    public void publish(LogRecord record) {
      logged.add(record.getLoggerName() + " " + record.getMessage() + " " + record.getThrown());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
