// SPDX-License-Identifier: Apache-2.0
package io.opentelemetry.javaagent.bootstrap.correlation;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CorrelationBridgeTest {

  /** The methods that the delegate was asked. */
  private final List<String> calls = new ArrayList<>();

  @BeforeEach
  void install() {
    CorrelationBridge.install(
        (CorrelationBridge.Delegate)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {CorrelationBridge.Delegate.class},
                (proxy, method, arguments) -> {
                  calls.add(method.getName());
                  throw new IllegalStateException("broken");
                }));
  }

  @Test
  void calls_delegateThrows_answerAsIfNothingWereWoven() {
    Map<String, String> mdc = Map.of("trace_id", "0");

    assertThat(CorrelationBridge.get("circuit_id", "otherwise")).isEqualTo("otherwise");
    assertThat(CorrelationBridge.put("circuit_id", "C")).isFalse();
    assertThat(CorrelationBridge.withKeys(mdc)).isSameAs(mdc);
    assertThat(CorrelationBridge.methodEnter("circuit_id=0", new Object[] {"C"})).isNull();
    CorrelationBridge.methodExit("circuit_id=0", null, null);
    assertThat(CorrelationBridge.processStarting(new ProcessBuilder("none"))).isNull();
    CorrelationBridge.processStarted(new ProcessBuilder("none"), Map.of());
    CorrelationBridge.prepared("statement", "SELECT 1");
    CorrelationBridge.bound("statement", 1, "C");

    assertThat(calls)
        .containsExactly(
            "get",
            "failed",
            "put",
            "failed",
            "withKeys",
            "failed",
            "methodEnter",
            "failed",
            "methodExit",
            "failed",
            "processStarting",
            "failed",
            "processStarted",
            "failed",
            "prepared",
            "failed",
            "bound",
            "failed");
  }

  @Test
  void processStarted_withoutAnEnter_doesNothing() {
    CorrelationBridge.processStarted(new ProcessBuilder("none"), null);

    assertThat(calls).isEmpty();
  }
}
