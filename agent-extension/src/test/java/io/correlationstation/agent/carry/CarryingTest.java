// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Propagator, holder and egress together, without an agent. */
class CarryingTest {

  private static final TextMapGetter<Map<String, String>> getter =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Map<String, String> carrier) {
          return carrier.keySet();
        }

        @Override
        public String get(Map<String, String> carrier, String key) {
          return carrier.get(key);
        }
      };

  private final Carrier carrier =
      Carrier.of(
          Settings.read(
              SettingsSource.of(
                  Map.of(
                      "key",
                      Map.of(
                          "product_id",
                          Map.of("headers", "X-Product-Id,X-Old-Product"),
                          "resource_id",
                          Map.of("egress", "drop")),
                      "max-bytes",
                      40))));
  private final Key circuit = carrier.keys().named("circuit_id");
  private final Key product = carrier.keys().named("product_id");
  private final TextMapPropagator propagator =
      TextMapPropagator.composite(
          W3CBaggagePropagator.getInstance(), new CorrelationPropagator(carrier));

  @Test
  void extract_headerAndBaggage_areOneContext() {
    Context context = extract("X-Circuit-Id", "C", "baggage", "product_id=P,tenant=t");

    assertThat(carrier.valueOf(context, circuit)).isEqualTo("C");
    assertThat(carrier.valueOf(context, product)).isEqualTo("P");
    assertThat(Baggage.fromContext(context).getEntryValue("circuit_id")).isEqualTo("C");
    assertThat(Baggage.fromContext(context).getEntryValue("tenant")).isEqualTo("t");
  }

  @Test
  void extract_secondHeaderName_isAcceptedAndTheFirstIsSent() {
    assertThat(sent(extract("X-Old-Product", "P")))
        .containsEntry("X-Product-Id", "P")
        .doesNotContainKey("X-Old-Product");
  }

  @Test
  void extract_refusedHeader_leavesTheBaggageValue() {
    Context context = extract("X-Circuit-Id", "not allowed", "baggage", "circuit_id=C");

    assertThat(carrier.valueOf(context, circuit)).isEqualTo("C");
  }

  @Test
  void extract_moreThanMaxBytes_takesWhatFits() {
    Context context =
        extract("X-Circuit-Id", "0123456789012345678901234", "X-Product-Id", "0123456789012345");

    assertThat(carrier.valueOf(context, circuit)).isNotNull();
    assertThat(carrier.valueOf(context, product)).isNull();
  }

  @Test
  void extract_inAProcessThatInheritedKeys_addsThemToTheRequestsOwnBaggage() {
    carrier.inherit(extract("X-Circuit-Id", "inherited", "X-Product-Id", "P"));

    Context context = extract("baggage", "tenant=t,product_id=own");

    assertThat(sent(context))
        .containsEntry("X-Circuit-Id", "inherited")
        .containsEntry("X-Product-Id", "own");
    assertThat(Baggage.fromContext(context).getEntryValue("tenant")).isEqualTo("t");
    assertThat(Baggage.fromContext(context).getEntryValue("circuit_id")).isEqualTo("inherited");
  }

  @Test
  void extract_headerAgainstInheritedKey_wins() {
    carrier.inherit(extract("X-Circuit-Id", "inherited"));

    assertThat(carrier.valueOf(extract("X-Circuit-Id", "header"), circuit)).isEqualTo("header");
  }

  @Test
  void discover_afterContextWasDerived_isSeenThere() {
    Context request = extract();
    Context derived = request.with(Baggage.builder().put("tenant", "t").build());

    assertThat(carrier.discover(request, circuit, "late", Source.JSON)).isTrue();

    assertThat(carrier.valueOf(derived, circuit)).isEqualTo("late");
    assertThat(sent(carrier.egress().toHost(derived, "http", "arda")))
        .containsEntry("X-Circuit-Id", "late")
        .containsEntry("baggage", "circuit_id=late,tenant=t");
  }

  @Test
  void discover_inOneOfTwoRequests_isNotInTheOther() {
    Context one = extract();
    Context other = propagator.extract(one, Map.of(), getter);

    carrier.discover(one, circuit, "one", Source.JSON);

    assertThat(carrier.valueOf(other, circuit)).isNull();
  }

  @Test
  void discover_lessTrustedSource_loses() {
    Context request = extract("X-Circuit-Id", "header");

    assertThat(carrier.discover(request, circuit, "json", Source.JSON)).isFalse();
    assertThat(carrier.valueOf(request, circuit)).isEqualTo("header");
  }

  @Test
  void discover_applicationItself_winsOverWhatArrivedAndOverItself() {
    Context request = extract("X-Circuit-Id", "header");

    assertThat(carrier.discover(request, circuit, "one", Source.API)).isTrue();
    assertThat(carrier.discover(request, circuit, "two", Source.API)).isTrue();

    assertThat(carrier.valueOf(request, circuit)).isEqualTo("two");
  }

  @Test
  void discover_outsideARequest_isRefused() {
    assertThat(carrier.discover(Context.root(), circuit, "C", Source.API)).isFalse();
  }

  @Test
  void valueOf_scopedBaggage_winsInsideItsScope() {
    Context request = extract("X-Circuit-Id", "header");
    carrier.discover(request, circuit, "api", Source.API);

    Context scoped = carrier.scoped(request, circuit, "scoped");

    assertThat(carrier.valueOf(scoped, circuit)).isEqualTo("scoped");
    assertThat(carrier.valueOf(request, circuit)).isEqualTo("api");
  }

  @Test
  void valueOf_baggageOfTheApplicationWithLineBreak_isNothing() {
    Context context =
        Context.root().with(Baggage.builder().put("circuit_id", "a\r\nX-Evil: 1").build());

    assertThat(carrier.valueOf(context, circuit)).isNull();
    assertThat(sent(context)).doesNotContainKey("X-Circuit-Id");
  }

  @Test
  void toHost_denied_takesKeysOutOfBaggageAndHeadersButNotOfTheSpan() {
    Context request = extract("X-Circuit-Id", "C", "baggage", "tenant=t");

    Context call = carrier.egress().toHost(request, "http", "api.example.com");

    assertThat(sent(call)).isEqualTo(Map.of("baggage", "tenant=t"));
    assertThat(carrier.valueOf(call, circuit)).isEqualTo("C");
  }

  @Test
  void toHost_allowedBelowDenied_sendsAgain() {
    Context request = extract("X-Circuit-Id", "C");
    Context denied = carrier.egress().toHost(request, "http", "api.example.com");

    assertThat(sent(carrier.egress().toHost(denied, "http", "localhost")))
        .isEqualTo(Map.of("X-Circuit-Id", "C", "baggage", "circuit_id=C"));
  }

  @Test
  void toHost_keyThatIsDropped_staysOnTheSpanOnly() {
    Context request = extract("X-Resource-Id", "R");

    Context call = carrier.egress().toHost(request, "http", "arda");

    assertThat(sent(call)).isEmpty();
    assertThat(carrier.valueOf(call, carrier.keys().named("resource_id"))).isEqualTo("R");
  }

  @Test
  void toHost_nothingToChange_isTheSameContext() {
    Context request = extract("X-Circuit-Id", "C", "baggage", "circuit_id=C");

    assertThat(carrier.egress().toHost(request, "http", "127.0.0.1")).isSameAs(request);
  }

  @Test
  void discover_duringADeniedCall_isTheRequests() {
    Context request = extract("X-Circuit-Id", "C");
    Context call = carrier.egress().toHost(request, "http", "api.example.com");

    carrier.discover(call, product, "P", Source.RESPONSE);

    assertThat(carrier.valueOf(request, product)).isEqualTo("P");
    assertThat(carrier.valueOf(call, product)).isEqualTo("P");
  }

  @Test
  void discover_afterManySpansEnded_isOnThoseThatAreOpenStill() {
    Context request = extract();
    try (SdkTracerProvider tracers =
        SdkTracerProvider.builder().addSpanProcessor(new KeysOnSpans(carrier)).build()) {
      Tracer tracer = tracers.get("test");
      List<Span> open = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        Span span = tracer.spanBuilder("step").setParent(request).startSpan();
        if (i % 10 == 0) {
          open.add(span);
        } else {
          span.end();
        }
      }

      carrier.discover(request, circuit, "late", Source.JSON);

      assertThat(open)
          .hasSize(20)
          .allSatisfy(
              span ->
                  assertThat(((ReadableSpan) span).getAttribute(circuit.attribute()))
                      .isEqualTo("late"));
    }
  }

  @Test
  void extract_inheritedKeyBeyondMaxBytes_isNotInTheBaggageEither() {
    Context process = extract("X-Product-Id", "012345678901234567890");
    carrier.inherit(process);

    Context context =
        propagator.extract(process, Map.of("X-Circuit-Id", "012345678901234567890"), getter);

    assertThat(sent(context))
        .isEqualTo(
            Map.of(
                "X-Circuit-Id", "012345678901234567890",
                "baggage", "circuit_id=012345678901234567890"));
  }

  @Test
  void withKeys_nothingToAdd_isTheSameMap() {
    Map<String, String> mdc = Map.of("circuit_id", "C");

    assertThat(carrier.withKeys(extract("X-Circuit-Id", "C"), mdc)).isSameAs(mdc);
    assertThat(carrier.withKeys(extract("X-Product-Id", "P"), mdc))
        .isEqualTo(Map.of("circuit_id", "C", "product_id", "P"));
  }

  private Context extract(String... headers) {
    Map<String, String> carrierOfHeaders = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 0; i < headers.length; i += 2) {
      carrierOfHeaders.put(headers[i], headers[i + 1]);
    }
    return propagator.extract(Context.root(), carrierOfHeaders, getter);
  }

  private Map<String, String> sent(Context context) {
    Map<String, String> headers = new TreeMap<>();
    propagator.inject(context, headers, Map::put);
    return headers.isEmpty() ? Collections.emptyMap() : headers;
  }
}
