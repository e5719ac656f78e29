// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadableSpan;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpSpansTest {

  @BeforeEach
  void install() {
    GlobalOpenTelemetry.resetForTest();
    OpenTelemetrySdk.builder().buildAndRegisterGlobal();
  }

  @AfterEach
  void reset() {
    GlobalOpenTelemetry.resetForTest();
  }

  @Test
  void startCall_userAndQuery_areNotTold() {
    ReadableSpan span = call("https://user:word@circuits.example.com/circuits/C%201?token=t#x");

    assertThat(span.getAttribute(AttributeKey.stringKey("url.full")))
        .isEqualTo("https://circuits.example.com/circuits/C%201");
    assertThat(span.getAttribute(AttributeKey.stringKey("server.address")))
        .isEqualTo("circuits.example.com");
    assertThat(span.getAttribute(AttributeKey.longKey("server.port"))).isEqualTo(443);
  }

  @Test
  void startCall_nameWithAnUnderscore_isTold() {
    assertThat(
            call("http://circuit_store:8080/circuits")
                .getAttribute(AttributeKey.stringKey("url.full")))
        .isEqualTo("http://circuit_store:8080/circuits");
  }

  private static ReadableSpan call(String uri) {
    return (ReadableSpan) HttpSpans.startCall("GET", URI.create(uri));
  }
}
