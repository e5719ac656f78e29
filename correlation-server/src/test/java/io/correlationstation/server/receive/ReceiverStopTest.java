// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.correlationstation.server.journal.Signal;
import io.grpc.StatusRuntimeException;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stopping while senders send: nothing acknowledged is missing, nothing is stored afterwards. */
@Timeout(60)
class ReceiverStopTest {

  @Test
  void close_R80_whileTwentySend_everythingAcknowledgedIsStored() throws Exception {
    ReceiverFixture fixture = new ReceiverFixture();
    Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      boolean grpc = i % 4 == 0;
      Thread sender =
          new Thread(() -> sendUntilRefused(fixture, grpc, acknowledged), "sender-" + i);
      sender.start();
      senders.add(sender);
    }
    await().until(() -> acknowledged.size() > 200);

    fixture.receiver.close();
    int stored = fixture.journal.items();
    for (Thread sender : senders) {
      sender.join(20_000);
      assertThat(sender.isAlive()).isFalse();
    }

    assertThat(fixture.journal.items()).as("nothing is stored after the stop").isEqualTo(stored);
    Set<String> names =
        Otlp.spans(fixture.journal.frames()).stream()
            .map(Span::getName)
            .collect(Collectors.toSet());
    assertThat(names).containsAll(acknowledged);
    fixture.close();
  }

  private static void sendUntilRefused(
      ReceiverFixture fixture, boolean grpc, Set<String> acknowledged) {
    try (GrpcClient client = new GrpcClient(fixture.receiver.otlpGrpcPort())) {
      for (int i = 0; ; i++) {
        String name = Thread.currentThread().getName() + "/" + i;
        byte[] body = Otlp.traces(Otlp.span().setName(name)).toByteArray();
        if (grpc) {
          client.export(Signal.TRACES, body);
        } else {
          HttpResponse<byte[]> response = fixture.postTraces(body);
          if (response.statusCode() != 200) {
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
            return;
          }
        }
        acknowledged.add(name);
      }
    } catch (StatusRuntimeException | IllegalStateException e) {
      return; // the connection is closed
    }
  }

  @Test
  void close_JV07_requestsInProgress_areAnswered() throws Exception {
    ReceiverFixture fixture = new ReceiverFixture();
    fixture.journal.stall();
    List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      byte[] body = Otlp.request(Signal.TRACES);
      CompletableFuture<HttpResponse<byte[]>> response = new CompletableFuture<>();
      new Thread(() -> response.complete(fixture.postTraces(body))).start();
      responses.add(response);
    }
    await().until(() -> fixture.journal.held() == 4);
    Thread stop = new Thread(fixture.receiver::close);
    stop.start();
    await().until(() -> refuses(fixture));

    fixture.journal.release();

    stop.join();
    for (CompletableFuture<HttpResponse<byte[]>> response : responses) {
      assertThat(response.get().statusCode()).isEqualTo(200);
    }
    assertThat(fixture.journal.items()).isEqualTo(4);
    fixture.close();
  }

  private static boolean refuses(ReceiverFixture fixture) {
    return fixture
            .post(fixture.main("/api/otlp/v1/traces"), OtlpDialect.PROTOBUF, new byte[0])
            .statusCode()
        == 503;
  }

  @Test
  void close_journalNeverAnswers_endsAfterTheGrace() throws Exception {
    ReceiverFixture fixture =
        new ReceiverFixture(settings -> settings.stopGrace(Duration.ofMillis(200)));
    fixture.journal.stall();
    byte[] body = Otlp.request(Signal.TRACES);
    Thread sender =
        new Thread(
            () -> {
              try {
                fixture.postTraces(body);
              } catch (IllegalStateException e) {
                return; // closed without an answer, so it would be sent again
              }
            });
    sender.start();
    await().until(() -> fixture.journal.held() == 1);
    long start = System.nanoTime();

    fixture.receiver.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    sender.join(20_000);
    assertThat(sender.isAlive()).isFalse();
    fixture.close();
  }
}
