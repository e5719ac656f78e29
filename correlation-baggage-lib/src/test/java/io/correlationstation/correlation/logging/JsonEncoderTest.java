// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.logging;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.correlation.Correlation;
import io.correlationstation.correlation.RecordedTelemetry;
import io.correlationstation.correlation.Workflow;
import io.opentelemetry.context.Scope;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.MDC;

class JsonEncoderTest {

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final LoggerContext context = new LoggerContext();
  private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
  private Logger logger;

  @BeforeEach
  void start() {
    context.setMDCAdapter(MDC.getMDCAdapter());
    JsonEncoder encoder = new JsonEncoder();
    encoder.setContext(context);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.setOutputStream(out);
    appender.start();
    logger = context.getLogger("inventory");
    logger.addAppender(appender);
  }

  @AfterEach
  void stop() {
    context.stop();
    MDC.clear();
  }

  @Test
  void line_insideSpanAndKeys_hasThemAndTheRest() throws IOException {
    String spanId;
    try (Scope scope = Correlation.of(CIRCUIT_ID, "C-1").makeCurrent();
        Workflow workflow = Workflow.start("order")) {
      MDC.put("tenant", "t1");
      logger.warn("port {} is taken", 7);
      workflow.end(true);
      spanId = telemetry.span("order").getSpanId();
    }

    JsonNode line = line();
    assertThat(line.get("severity").asText()).isEqualTo("WARN");
    assertThat(line.get("message").asText()).isEqualTo("port 7 is taken");
    assertThat(line.get("logger").asText()).isEqualTo("inventory");
    assertThat(line.get("thread").asText()).isEqualTo(Thread.currentThread().getName());
    assertThat(line.get("span_id").asText()).isEqualTo(spanId);
    assertThat(line.get("trace_id").asText()).hasSize(32);
    assertThat(line.get("circuit_id").asText()).isEqualTo("C-1");
    assertThat(line.get("labels").get("tenant").asText()).isEqualTo("t1");
    assertThat(Instant.parse(line.get("timestamp").asText())).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  void line_exception_hasTypeMessageAndStack() throws IOException {
    logger.error("failed", new IllegalStateException("no \"device\"\n"));

    JsonNode line = line();
    assertThat(line.get("exception_type").asText()).isEqualTo("java.lang.IllegalStateException");
    assertThat(line.get("exception_message").asText()).isEqualTo("no \"device\"\n");
    assertThat(line.get("exception_stacktrace").asText()).contains("JsonEncoderTest");
    assertThat(line.has("trace_id")).isFalse();
    assertThat(line.has("labels")).isFalse();
  }

  @Test
  void line_anyText_isJsonOnOneLineAndComesBackAsItWas() throws IOException {
    String text = "tab\t nul\u0000 quote\" back\\ line\r\n\u2028 ä 😀";

    logger.info(text);

    assertThat(out.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
    assertThat(line().get("message").asText()).isEqualTo(text);
  }

  @Test
  void line_halfACharacter_staysJson() throws IOException {
    logger.info("half \ud83d.");

    assertThat(line().get("message").asText()).startsWith("half ").endsWith(".");
  }

  @Test
  void mdcAppender_beforeAnAsynchronousOne_keysAreThoseOfTheMoment() throws IOException {
    logger.detachAppender(appender);
    AsyncAppender async = new AsyncAppender();
    async.setContext(context);
    async.addAppender(appender);
    async.start();
    MdcAppender mdc = new MdcAppender();
    mdc.setContext(context);
    mdc.addAppender(async);
    mdc.start();
    logger.addAppender(mdc);

    try (Scope scope = Correlation.of(CIRCUIT_ID, "C-1").makeCurrent()) {
      logger.info("asynchronous");
    }
    async.stop();

    assertThat(line().get("circuit_id").asText()).isEqualTo("C-1");
    assertThat(MDC.get("circuit_id")).isNull();
  }

  @Test
  void consoleConfiguration_takesItsLevelFromTheEnvironment() throws Exception {
    LoggerContext configured = new LoggerContext();
    configured.putProperty("LOG_LEVEL", "debug");
    JoranConfigurator joran = new JoranConfigurator();
    joran.setContext(configured);
    String file =
        "<configuration><include resource='io/correlationstation/correlation/logging/console.xml'/>"
            + "</configuration>";
    joran.doConfigure(new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)));

    Logger root = configured.getLogger(Logger.ROOT_LOGGER_NAME);
    assertThat(root.getLevel().toString()).isEqualTo("DEBUG");
    assertThat(root.getAppender("JSON")).isNotNull();
    configured.stop();
  }

  private JsonNode line() throws IOException {
    return new ObjectMapper().readTree(out.toByteArray());
  }
}
