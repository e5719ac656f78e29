// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import io.correlationstation.it.agent.app.WorkApp;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Annotated methods, processes and Log4j. */
class WorkIT {

  private static final String TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

  private static Scene scene;

  @BeforeAll
  static void start() {
    scene =
        Scene.of(
            WorkApp.class,
            child -> child.set("log4j2.configurationFile", "classpath:agent/log4j2.xml"));
  }

  @AfterAll
  static void stop() {
    scene.close();
  }

  @BeforeEach
  void forget() {
    scene.clear();
  }

  @Test
  void annotatedParameters_areKeysInsideTheMethodOnly() throws Exception {
    scene.get("/annotated", "X-Circuit-Id", "C-outer");

    Headers inside = scene.downstream.next();
    assertThat(inside.getFirst("X-Circuit-Id")).isEqualTo("C-annotated");
    assertThat(inside.getFirst("X-Product-Id")).isEqualTo("P-annotated");
    assertThat(inside.getFirst("X-Resource-Id")).isEqualTo("R-a");
    assertThat(inside.getFirst("X-Resource-Type-Id")).isEqualTo("T-a");
    assertThat(inside.getFirst("X-Request-Id")).isEqualTo("4711");
    for (int i = 0; i < 2; i++) {
      Headers after = scene.downstream.next();
      assertThat(after.getFirst("X-Circuit-Id")).isEqualTo("C-outer");
      assertThat(after).doesNotContainKeys("X-product-id", "X-resource-id", "X-request-id");
    }
  }

  @Test
  void correlatedMethod_takesParametersByNameAndTheResultAsKey() throws Exception {
    scene.get("/annotated", "X-Circuit-Id", "C-outer");

    for (int i = 0; i < 3; i++) {
      scene.downstream.next();
    }
    assertThat(scene.downstream.next().getFirst("X-Circuit-Id")).isEqualTo("C-named");
    Headers after = scene.downstream.next();
    assertThat(after.getFirst("X-Circuit-Id")).isEqualTo("C-outer");
    assertThat(after.getFirst("X-Resource-Id")).isEqualTo("R-returned");
  }

  @Test
  void childProcess_isToldKeysAndTrace_andTheBuilderStaysAsItWas() throws Exception {
    String printed = scene.get("/child", "X-Circuit-Id", "C-1", "X-Product-Id", "theirs").body();

    assertThat(printed)
        .containsPattern("TRACEPARENT=00-[0-9a-f]{32}-")
        .containsPattern("BAGGAGE=.*circuit_id=C-1")
        .contains("X_CIRCUIT_ID=C-1\n", "X_PRODUCT_ID=theirs\n");
    assertThat(printed.substring(printed.indexOf("own=")))
        .contains("X_PRODUCT_ID=mine")
        .doesNotContain("TRACEPARENT", "X_CIRCUIT_ID");
  }

  @Test
  void log4j_asynchronousAppender_hasTheKeyWithoutPrefix() throws Exception {
    scene.get("/log", "X-Circuit-Id", "C-log4j");

    assertThat(scene.child.awaitLine("LOG4J working circuit=C-log4j trace=")).hasSize(32);
  }

  @ParameterizedTest
  @CsvSource({"keys, true, false", "full, true, true", "none, false, false"})
  void jvm_startedWithKeysInItsEnvironment_takesWhatTheSettingSays(
      String parent, boolean keys, boolean trace) throws Exception {
    try (ChildJvm job =
        ChildJvm.of(WorkApp.Job.class)
            .sink(scene.sink)
            .set("otel.correlation.environment.parent", parent)
            .environment("DOWNSTREAM", scene.downstream.url())
            .environment("TRACEPARENT", "00-" + TRACE_ID + "-00f067aa0ba902b7-01")
            .environment("X_CIRCUIT_ID", "C-job")
            .start()) {
      assertThat(job.awaitExit()).as(job.output()).isZero();
    }

    Headers sent = scene.downstream.next();
    assertThat("C-job".equals(sent.getFirst("X-Circuit-Id"))).isEqualTo(keys);
    assertThat(sent.getFirst("traceparent").contains(TRACE_ID)).isEqualTo(trace);
  }
}
