// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.correlation.RecordedTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class TracedProxyTest {

  @RegisterExtension final RecordedTelemetry telemetry = new RecordedTelemetry();

  record Circuit(String id) {}

  record PlaceOrder(String id) {}

  record OrderPlacedEvent(String id) {}

  interface Circuits {
    boolean contains(String id);

    Circuit get(String id) throws IOException;

    void add(Circuit circuit);

    void remove(@EntityId Circuit circuit);

    default int size() {
      return 42;
    }
  }

  static final class InMemory implements Circuits {
    private final Map<String, Circuit> circuits = new HashMap<>();

    @Override
    public boolean contains(String id) {
      return circuits.containsKey(id);
    }

    @Override
    public Circuit get(String id) throws IOException {
      Circuit circuit = circuits.get(id);
      if (circuit == null) {
        throw new IOException("unknown");
      }
      return circuit;
    }

    @Override
    public void add(Circuit circuit) {
      circuits.put(circuit.id(), circuit);
    }

    @Override
    public void remove(Circuit circuit) {
      circuits.remove(circuit.id());
    }
  }

  interface Handler<C> {
    Object handle(C message);
  }

  interface Reactive {
    Mono<String> get(String id);

    Flux<String> all();
  }

  interface Annotated {
    @Traced(OperationKind.COMMAND)
    void place(PlaceOrder order);

    void quiet();

    void named();
  }

  static final class AnnotatedService implements Annotated {
    @Override
    public void place(PlaceOrder order) {}

    @Override
    public void quiet() {}

    @Override
    @Traced(value = OperationKind.QUERY, name = "CountOrders")
    public void named() {}
  }

  private final Circuits circuits = TracedProxy.repository(Circuits.class, new InMemory());

  @Test
  void repository_calls_areNamedAfterTheMethodWithTheIdAside() throws IOException {
    circuits.add(new Circuit("C-1"));
    assertThat(circuits.contains("C-1")).isTrue();
    assertThat(circuits.get("C-1")).isEqualTo(new Circuit("C-1"));
    circuits.remove(new Circuit("C-1"));
    assertThat(circuits.size()).isEqualTo(42);

    assertThat(telemetry.spanNames())
        .containsExactly(
            "Repository.add",
            "Repository.contains",
            "Repository.get",
            "Repository.remove",
            "Repository.size");
    assertThat(id("Repository.get")).isEqualTo("C-1");
    assertThat(id("Repository.add")).isNull();
    assertThat(id("Repository.remove")).isEqualTo("Circuit[id=C-1]");
  }

  @Test
  void repository_checkedException_arrivesAsItWasThrown() {
    assertThatThrownBy(() -> circuits.get("C-9"))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("unknown");

    assertThat(telemetry.span("Repository.get").getStatus().getStatusCode())
        .isEqualTo(StatusCode.ERROR);
  }

  @Test
  void commands_areNamedAfterTheirClass() {
    Handler<PlaceOrder> handler = handler(OperationKind.COMMAND, message -> "ok");

    assertThat(handler.handle(new PlaceOrder("O-1"))).isEqualTo("ok");
    assertThat(telemetry.spanNames()).containsExactly("Command.PlaceOrder");
  }

  @Test
  void events_loseTheirSuffixAndPublishersAreProducers() {
    handler(OperationKind.EVENT, message -> null).handle(new OrderPlacedEvent("O-1"));
    handler(OperationKind.PUBLISH, message -> null).handle(new PlaceOrder("O-1"));

    assertThat(telemetry.spanNames()).containsExactly("Event.OrderPlaced", "Publish.PlaceOrder");
    assertThat(telemetry.span("Publish.PlaceOrder").getKind()).isEqualTo(SpanKind.PRODUCER);
  }

  @Test
  void argumentWithoutTellingClass_theMethodGivesTheName() {
    handler(OperationKind.QUERY, message -> null).handle("text");
    handler(OperationKind.QUERY, message -> null).handle(null);
    Runnable lambda = () -> {};
    handler(OperationKind.QUERY, message -> null).handle(lambda);

    assertThat(telemetry.spanNames())
        .containsExactly("Query.handle", "Query.handle", "Query.handle");
  }

  @Test
  void stage_isTheTargetsOwnAndEndsTheSpan() {
    CompletableFuture<String> future = new CompletableFuture<>();
    Handler<Object> handler = handler(OperationKind.COMMAND, message -> future);

    Object returned = handler.handle(new PlaceOrder("O-1"));

    assertThat(returned).isSameAs(future).isInstanceOf(CompletionStage.class);
    assertThat(telemetry.spans()).isEmpty();
    future.completeExceptionally(new IllegalStateException("no device"));
    assertThat(telemetry.span("Command.PlaceOrder").getStatus().getDescription())
        .isEqualTo("no device");
  }

  @Test
  void reactor_eachSubscription_isAnOperationBelowTheCaller() {
    Reactive reactive =
        TracedProxy.repository(
            Reactive.class,
            new Reactive() {
              @Override
              public Mono<String> get(String id) {
                return id.isEmpty()
                    ? Mono.error(new IllegalStateException("empty"))
                    : Mono.fromSupplier(() -> Span.current().getSpanContext().getSpanId());
              }

              @Override
              public Flux<String> all() {
                return Flux.just("a", "b", "c");
              }
            });

    Mono<String> get = reactive.get("C-1");
    assertThat(telemetry.spans()).isEmpty();
    String inside = get.block();
    assertThat(telemetry.span("Repository.get").getSpanId()).isEqualTo(inside);
    get.block();
    assertThat(reactive.all().collectList().block()).containsExactly("a", "b", "c");
    assertThat(reactive.all().take(1).blockLast()).isEqualTo("a");
    assertThatThrownBy(() -> reactive.get("").block()).hasMessage("empty");

    assertThat(telemetry.spanNames())
        .containsExactly(
            "Repository.get",
            "Repository.get",
            "Repository.all",
            "Repository.all",
            "Repository.get");
    assertThat(telemetry.spans().get(4).getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
  }

  @Test
  void annotated_onlyWhatHasTheAnnotation() {
    Annotated service = TracedProxy.annotated(Annotated.class, new AnnotatedService());

    service.place(new PlaceOrder("O-1"));
    service.quiet();
    service.named();

    assertThat(telemetry.spanNames()).containsExactly("Command.PlaceOrder", "Query.CountOrders");
    assertThat(TracedMethods.isAnnotated(AnnotatedService.class)).isTrue();
    assertThat(TracedMethods.isAnnotated(InMemory.class)).isFalse();
  }

  @Test
  void objectMethods_areNoOperations() {
    assertThat(circuits.equals(circuits)).isTrue();
    assertThat(circuits.equals(TracedProxy.repository(Circuits.class, new InMemory()))).isFalse();
    assertThat(circuits.toString()).contains("InMemory");
    assertThat(circuits.hashCode()).isNotZero();
    assertThat(telemetry.spans()).isEmpty();
  }

  @Test
  void type_thatIsAClass_throws() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TracedProxy.commands(InMemory.class, new InMemory()))
        .withMessageContaining("InMemory");
  }

  @SuppressWarnings("unchecked")
  private static <C> Handler<C> handler(OperationKind kind, Handler<C> target) {
    return switch (kind) {
      case COMMAND -> TracedProxy.commands(Handler.class, target);
      case QUERY -> TracedProxy.queries(Handler.class, target);
      case EVENT -> TracedProxy.events(Handler.class, target);
      case PUBLISH -> TracedProxy.publisher(Handler.class, target);
      case CONSUME -> TracedProxy.consumer(Handler.class, target);
      case REPOSITORY -> TracedProxy.repository(Handler.class, target);
    };
  }

  private String id(String name) {
    SpanData span = telemetry.span(name);
    return RecordedTelemetry.attribute(span, "entity.id");
  }
}
