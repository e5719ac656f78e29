// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrelationKeyTest {

  private static final CorrelationKey ORDER_ID = CorrelationKey.declare("order_id", "X-Order-Id");

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  @Test
  void declare_newKey_travelsLikeTheFive() {
    Map<String, String> headers = new HashMap<>();
    new CorrelationHeaders()
        .inject(Correlation.of(ORDER_ID, "O-1").storeIn(Context.root()), headers, Map::put);

    assertThat(headers).containsExactly(Map.entry("X-Order-Id", "O-1"));
    assertThat(Correlation.fromHeaders(headers::get).get(ORDER_ID)).isEqualTo("O-1");
    assertThat(new CorrelationHeaders().fields()).contains("X-Order-Id", "X-Circuit-Id");
    try (Scope scope = Correlation.of(ORDER_ID, "O-1").makeCurrent()) {
      Workflow.call("order", () -> null);
    } catch (Exception unexpected) {
      throw new AssertionError(unexpected);
    }
    assertThat(RecordedTelemetry.attribute(telemetry.span("order"), "order_id")).isEqualTo("O-1");
  }

  @Test
  void declare_sameKeyTwice_isTheSame() {
    assertThat(CorrelationKey.declare("order_id", "x-order-id")).isSameAs(ORDER_ID);
    assertThat(CorrelationKey.declared()).containsOnlyOnce(ORDER_ID).startsWith(CIRCUIT_ID);
  }

  @Test
  void declare_sameNameOtherHeader_throws() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CorrelationKey.declare("circuit_id", "X-Other"))
        .withMessageContaining("X-Circuit-Id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "1st", "a:b", "ä"})
  void declare_nameThatBaggageCannotCarry_throws(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> CorrelationKey.declare(name, "X-Some"));
  }

  @Test
  void accepts_saysWhatWithWouldTake() {
    assertThat(CIRCUIT_ID.accepts("80.L1XX.000001..TEST")).isTrue();
    assertThat(CIRCUIT_ID.accepts("a b")).isFalse();
    assertThat(CIRCUIT_ID.accepts(null)).isFalse();
  }

  @Test
  void fromHeaders_valueThatIsNotAllowed_isCounted() {
    Correlation.fromHeaders(Map.of("X-Circuit-Id", "a b")::get);

    assertThat(telemetry.metric("correlation.values.rejected").getLongSumData().getPoints())
        .singleElement()
        .satisfies(
            point -> {
              assertThat(point.getValue()).isEqualTo(1);
              assertThat(point.getAttributes().asMap().values())
                  .containsExactlyInAnyOrder("circuit_id", "pattern");
            });
  }
}
