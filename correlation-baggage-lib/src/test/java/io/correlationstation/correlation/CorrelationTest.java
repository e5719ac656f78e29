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
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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

  @Test
  void current_keysThatCameThroughTheLibrary_allocatesNothing() {
    com.sun.management.ThreadMXBean threads =
        (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    try (Scope scope = circuit.makeCurrent()) {
      Correlation known = Correlation.current();
      for (int i = 0; i < 20_000; i++) { // so that the compiler has seen it
        known = Correlation.current();
      }
      long before = threads.getThreadAllocatedBytes(thread);
      for (int i = 0; i < 10_000; i++) {
        known = Correlation.current();
      }
      long bytes = threads.getThreadAllocatedBytes(thread) - before;

      assertThat(known).isSameAs(circuit);
      assertThat(bytes).as("bytes in 10 000 calls").isLessThan(1_000);
    }
  }

  @Test
  void current_baggageChangedByOthers_isWhatTheyMadeOfIt() {
    try (Scope scope = circuit.makeCurrent();
        Scope changed =
            Baggage.current().toBuilder().put("circuit_id", "C-2").build().makeCurrent()) {
      assertThat(Correlation.current().get(CIRCUIT_ID)).isEqualTo("C-2");
    }
  }

  @Test
  void storeIn_sameKeysAgain_isTheSameContext() {
    Context context = circuit.storeIn(Context.root());

    assertThat(circuit.storeIn(context)).isSameAs(context);
  }

  @Test
  void baggage_withKeys_hasTheSameEntriesAsPlainBaggage() {
    Baggage ours = Baggage.fromContext(circuit.storeIn(Context.root()));
    Baggage plain = Baggage.builder().put("circuit_id", "C-1").build();

    assertThat(ours.asMap()).isEqualTo(plain.asMap());
    assertThat(ours.toBuilder().build()).isEqualTo(plain);
    assertThat(ours).isEqualTo(Baggage.fromContext(circuit.storeIn(Context.root())));
  }

  @Test
  void withIfValid_remoteInput_takesOrLeavesIt() {
    assertThat(circuit.withIfValid(PRODUCT_ID, "P").get(PRODUCT_ID)).isEqualTo("P");
    assertThat(circuit.withIfValid(PRODUCT_ID, null)).isSameAs(circuit);
    assertThat(circuit.withIfValid(PRODUCT_ID, "a b")).isSameAs(circuit);
  }

  @Test
  void common_keepsWhatIsEqualInBoth() {
    Correlation one = circuit.with(PRODUCT_ID, "P-1").with(RESOURCE_ID, "r");
    Correlation other = circuit.with(PRODUCT_ID, "P-2");

    assertThat(one.common(other)).isEqualTo(circuit);
  }

  @Test
  void equals_sameKeysInAnotherOrder_isEqual() {
    Correlation one = circuit.with(PRODUCT_ID, "P");
    Correlation other = Correlation.of(PRODUCT_ID, "P").with(CIRCUIT_ID, "C-1");

    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).isNotEqualTo(circuit);
  }

  @Test
  void propagating_pooledThreads_haveTheKeysOfEachTaskAndNoneAfterwards() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      ExecutorService propagating = Correlation.propagating(pool);
      List<Future<Correlation>> seen = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        try (Scope scope = Correlation.of(CIRCUIT_ID, "C-" + i).makeCurrent()) {
          seen.add(propagating.submit(Correlation::current));
        }
      }
      for (int i = 0; i < 100; i++) {
        assertThat(seen.get(i).get().get(CIRCUIT_ID)).isEqualTo("C-" + i);
      }
      for (int i = 0; i < 4; i++) {
        assertThat(pool.submit(Correlation::current).get()).isEqualTo(Correlation.empty());
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void wrap_scheduledExecutor_laterTaskHasTheKeys() throws Exception {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    try {
      assertThat(circuit.wrap(timer).schedule(Correlation::current, 1, TimeUnit.MILLISECONDS).get())
          .isEqualTo(circuit);
      assertThat(timer.submit(Correlation::current).get()).isEqualTo(Correlation.empty());
    } finally {
      timer.shutdownNow();
    }
  }
}
