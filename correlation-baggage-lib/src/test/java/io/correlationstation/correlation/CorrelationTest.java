// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static io.correlationstation.correlation.CorrelationKey.CIRCUIT_ID;
import static io.correlationstation.correlation.CorrelationKey.PRODUCT_ID;
import static io.correlationstation.correlation.CorrelationKey.RESOURCE_ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CorrelationTest {

  private final Correlation circuit = Correlation.of(CIRCUIT_ID, "C-1");

  @Test
  void makeCurrent_insideScope_isCurrentAndInBaggage() {
    try (Scope scope = circuit.makeCurrent()) {
      assertThat(Correlation.current()).isEqualTo(circuit);
      assertThat(Baggage.current().getEntryValue("circuit_id")).isEqualTo("C-1");
    }
    assertThat(Correlation.current()).isEqualTo(Correlation.empty());
  }

  @Test
  void makeCurrent_nested_keepsOuterKeysAndForeignBaggage() {
    try (Scope foreign = Baggage.builder().put("tenant", "t1").build().makeCurrent();
        Scope outer = circuit.makeCurrent();
        Scope inner = Correlation.of(PRODUCT_ID, "P-1").makeCurrent()) {
      assertThat(Correlation.current()).isEqualTo(circuit.with(PRODUCT_ID, "P-1"));
      assertThat(Baggage.current().getEntryValue("tenant")).isEqualTo("t1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a,b", "a;b", "a\"b", "a\\b", "a\r\nb", "ä", "\u007f"})
  void with_valueThatHeadersCannotCarry_throws(String value) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Correlation.of(CIRCUIT_ID, value))
        .withMessageStartingWith("circuit_id ");
  }

  @Test
  void with_valueOf128Characters_isTheLongest() {
    String longest = "x".repeat(128);

    assertThat(Correlation.of(CIRCUIT_ID, longest).get(CIRCUIT_ID)).isEqualTo(longest);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Correlation.of(CIRCUIT_ID, longest + "x"))
        .withMessage("circuit_id is longer than 128 characters: 129");
  }

  @Test
  void fromHeaders_remoteInput_leavesOutWhatIsNotAllowed() {
    Map<String, String> headers = Map.of("X-Circuit-Id", "C-1", "X-Product-Id", "a\r\nb");

    assertThat(Correlation.fromHeaders(headers::get)).isEqualTo(circuit);
  }

  @Test
  void merge_sameKey_otherWins() {
    Correlation other = Correlation.of(CIRCUIT_ID, "C-2").with(RESOURCE_ID, "r");

    assertThat(circuit.with(PRODUCT_ID, "P").merge(other).toString())
        .isEqualTo("{circuit_id=C-2, product_id=P, resource_id=r}");
  }

  @Test
  void without_onlyKey_isEmpty() {
    assertThat(circuit.without(CIRCUIT_ID)).isSameAs(Correlation.empty());
  }

  @Test
  void put_withoutAgent_saysSo() {
    assertThat(Correlation.put(CIRCUIT_ID, "C-1")).isFalse();
    assertThat(Correlation.current().isEmpty()).isTrue();
  }

  @Test
  void wrap_executor_tasksHaveTheKeysAndLeaveNothingBehind() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    try {
      assertThat(circuit.wrap(pool).submit(Correlation::current).get()).isEqualTo(circuit);
      assertThat(pool.submit(Correlation::current).get()).isEqualTo(Correlation.empty());
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void wrap_tasksOfEachKind_haveTheKeys() throws Exception {
    Correlation[] seen = new Correlation[1];
    Runnable look = () -> seen[0] = Correlation.current();
    circuit.wrap(look).run();

    assertThat(seen[0]).isEqualTo(circuit);
    assertThat(circuit.wrap(Correlation::current).call()).isEqualTo(circuit);
    assertThat(circuit.wrapSupplier(Correlation::current).get()).isEqualTo(circuit);
    assertThat(circuit.wrapFunction(x -> Correlation.current()).apply(1)).isEqualTo(circuit);
  }

  @Test
  void from_contextWithForeignBaggageOnly_isEmpty() {
    Context context = Context.root().with(Baggage.builder().put("tenant", "t").build());

    assertThat(Correlation.from(context)).isSameAs(Correlation.empty());
  }
}
