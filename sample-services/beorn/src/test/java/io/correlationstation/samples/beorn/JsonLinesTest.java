// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.beorn;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonLinesTest {

  private final JsonLines lines = new JsonLines();

  @Test
  void encode_event_hasReadableFieldsInOneLine() throws Exception {
    LoggingEvent event =
        event(Map.of("circuit_id", "80.L1XX.000001..TEST"), "said \"{}\"\nand {}", "a", 7);

    String line = encode(event);

    assertThat(line).endsWith("}\n").containsOnlyOnce("\n");
    assertThat(new ObjectMapper().readTree(line))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"timestamp":"2025-01-01T00:00:00.123Z","level":"WARN","thread":"worker",
                     "logger":"orders","mdc":{"circuit_id":"80.L1XX.000001..TEST"},
                     "message":"said \\"a\\"\\nand 7"}"""));
  }

  @Test
  void encode_throwable_comesLast() throws Exception {
    LoggingEvent event = event(Map.of(), "broke");
    event.setThrowableProxy(new ThrowableProxy(new IllegalStateException("why")));

    JsonNode line = new ObjectMapper().readTree(encode(event));

    assertThat(line.path("message").asText()).isEqualTo("broke");
    assertThat(line.path("throwable").path("message").asText()).isEqualTo("why");
  }

  private static LoggingEvent event(Map<String, String> mdc, String message, Object... arguments) {
    LoggingEvent event = new LoggingEvent();
    event.setLoggerContext(new LoggerContext());
    event.setMDCPropertyMap(mdc);
    event.setInstant(Instant.parse("2025-01-01T00:00:00.123Z"));
    event.setLevel(Level.WARN);
    event.setThreadName("worker");
    event.setLoggerName("orders");
    event.setMessage(message);
    event.setArgumentArray(arguments);
    return event;
  }

  private String encode(LoggingEvent event) {
    return new String(lines.encode(event), StandardCharsets.UTF_8);
  }
}
