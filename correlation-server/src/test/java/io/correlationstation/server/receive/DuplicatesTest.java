// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journal.Signal;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** C6: what is the same request, and what only has the same bytes. */
class DuplicatesTest {

  private static final String JSON = "application/json";
  private static final String LOGS =
      """
      {"resource":{"service":"beorn"},
       "records":[{"timestamp":"2025-06-15T12:00:00Z","message":"port is slow"}]}
      """;

  private final ReceiverFixture fixture = new ReceiverFixture();

  @AfterEach
  void close() {
    fixture.close();
    fixture.assertAccounting();
  }

  @Test
  void post_sameBytesOnTheAlias_areADuplicate() {
    byte[] body = Otlp.request(Signal.TRACES);
    fixture.postTraces(body);

    HttpResponse<byte[]> again =
        fixture.post(fixture.main("/api/otlp/v1/traces"), OtlpDialect.PROTOBUF, body);

    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(fixture.journal.frames()).hasSize(1);
  }

  @Test
  void post_sameBytesDeclaredAsJson_areReadAsJson() {
    byte[] body = Otlp.request(Signal.TRACES);
    fixture.postTraces(body);
    fixture.postTraces(new byte[0]);

    assertThat(json("/v1/traces", body).statusCode()).isEqualTo(400);
    assertThat(json("/v1/traces", new byte[0]).statusCode()).isEqualTo(400);
  }

  /** A sender whose address is put right sends what it still has once more. */
  @Test
  void post_firstToAPathThatKnowsNothingOfIt_isStoredOnTheRightOne() {
    byte[] loki =
        """
        {"streams":[{"stream":{"app":"beorn"},"values":[["1750000000000000000","port is slow"]]}]}
        """
            .getBytes(UTF_8);
    json("/v1/logs", LOGS.getBytes(UTF_8));
    json("/v1/logs", loki);
    assertThat(fixture.journal.frames()).isEmpty();

    HttpResponse<byte[]> logs = fixture.post(fixture.main("/api/logs"), JSON, LOGS.getBytes(UTF_8));
    HttpResponse<byte[]> push = fixture.post(fixture.main("/loki/api/v1/push"), JSON, loki);

    assertThat(logs.body())
        .asString(UTF_8)
        .isEqualTo("{\"status\":\"accepted\",\"count\":1,\"service\":\"beorn\"}");
    assertThat(push.statusCode()).isEqualTo(204);
    assertThat(fixture.journal.items()).isEqualTo(2);
  }

  @Test
  void post_sameLinesOfTwoServices_areStoredForBoth() {
    byte[] line = "2025-06-15T12:00:00Z INFO started\n".getBytes(UTF_8);

    fixture.post(fixture.main("/api/logs?service=router-1"), "text/plain", line);
    HttpResponse<byte[]> other =
        fixture.post(fixture.main("/api/logs?service=router-2"), "text/plain", line);
    fixture.post(fixture.main("/api/logs?service=router-2"), "text/plain", line);

    assertThat(other.body()).asString(UTF_8).contains("\"service\":\"router-2\"");
    assertThat(fixture.journal.items()).isEqualTo(2);
  }

  @Test
  void post_emptyIdempotencyKey_isNone() {
    byte[] second = LOGS.replace("slow", "down").getBytes(UTF_8);

    fixture.post(fixture.main("/api/logs"), JSON, LOGS.getBytes(UTF_8), "Idempotency-Key", "");
    fixture.post(fixture.main("/api/logs"), JSON, second, "Idempotency-Key", " ");

    assertThat(fixture.journal.items()).isEqualTo(2);
  }

  private HttpResponse<byte[]> json(String path, byte[] body) {
    return fixture.post(fixture.otlp(path), JSON, body);
  }
}
