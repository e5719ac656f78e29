// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.carry.Carrier;
import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import io.opentelemetry.api.incubator.config.DeclarativeConfigProperties;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.DeclarativeConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.model.OpenTelemetryConfigurationModel;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.model.PropagatorModel;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.model.SpanProcessorModel;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.model.TextMapPropagatorModel;
import io.opentelemetry.sdk.autoconfigure.declarativeconfig.model.TracerProviderModel;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On the model of the SDK that this is compiled on; the agent's own is newer, see the ITs. */
class DeclarativeCustomizerTest {

  private final OpenTelemetryConfigurationModel model = new OpenTelemetryConfigurationModel();

  @AfterEach
  void switchOff() {
    Carrier.of(Settings.read(SettingsSource.of(Map.of("enabled", false)))).install();
  }

  @Test
  void customize_composite_addsOursLast() {
    model.withPropagator(
        new PropagatorModel().withComposite(List.of(new TextMapPropagatorModel())));

    customize();

    List<TextMapPropagatorModel> composite = model.getPropagator().getComposite();
    assertThat(composite).hasSize(2);
    assertThat(composite.get(1).getAdditionalProperties()).containsKey("correlation");
  }

  @Test
  void customize_compositeList_addsOursLast() {
    model.withPropagator(new PropagatorModel().withCompositeList("b3"));

    customize();

    assertThat(model.getPropagator().getCompositeList()).isEqualTo("b3,correlation");
  }

  @Test
  void customize_twice_addsOursOnce() {
    model.withPropagator(
        new PropagatorModel().withComposite(List.of(new TextMapPropagatorModel())));

    customize();
    customize();

    assertThat(model.getPropagator().getComposite()).hasSize(2);
  }

  @Test
  void customize_nonePropagator_staysNone() {
    model.withPropagator(new PropagatorModel().withCompositeList("none"));

    customize();

    assertThat(model.getPropagator().getCompositeList()).isEqualTo("none");
  }

  @Test
  void customize_processors_putsOursFirst() {
    model.withTracerProvider(
        new TracerProviderModel().withProcessors(List.of(new SpanProcessorModel())));

    customize();

    List<SpanProcessorModel> processors = model.getTracerProvider().getProcessors();
    assertThat(processors).hasSize(2);
    assertThat(processors.get(0).getAdditionalProperties()).containsKey("correlation");
  }

  @Test
  void customize_section_isTheSettings() {
    model.withAdditionalProperty(
        "correlation",
        Map.of(
            "keys", List.of("circuit_id", "order"),
            "key", Map.of("order", Map.of("max_length", 7)),
            "egress", Map.of("alow", List.of("*"))));

    customize();

    Settings settings = Carrier.current().settings();
    assertThat(settings.keys()).hasSize(2);
    assertThat(settings.keys().get(1).maxLength()).isEqualTo(7);
    assertThat(settings.warnings()).hasSize(1);
    assertThat(settings.warnings().get(0))
        .isEqualTo(
            "otel.correlation.egress.alow is not a setting; nearest:"
                + " otel.correlation.egress.allow");
  }

  @Test
  void customize_switchedOff_leavesTheFileAlone() {
    model.withAdditionalProperty("correlation", Map.of("enabled", false));
    model.withPropagator(new PropagatorModel().withCompositeList("b3"));

    customize();

    assertThat(model.getPropagator().getCompositeList()).isEqualTo("b3");
    assertThat(Carrier.current().isActive()).isFalse();
  }

  private void customize() {
    new DeclarativeCustomizer()
        .customize(
            new DeclarativeConfigurationCustomizer() {
              @Override
              public void addModelCustomizer(
                  Function<OpenTelemetryConfigurationModel, OpenTelemetryConfigurationModel>
                      customizer) {
                customizer.apply(model);
              }

              @Override
              public <T extends SpanExporter> void addSpanExporterCustomizer(
                  Class<T> type, BiFunction<T, DeclarativeConfigProperties, T> customizer) {}

              @Override
              public <T extends MetricExporter> void addMetricExporterCustomizer(
                  Class<T> type, BiFunction<T, DeclarativeConfigProperties, T> customizer) {}

              @Override
              public <T extends LogRecordExporter> void addLogRecordExporterCustomizer(
                  Class<T> type, BiFunction<T, DeclarativeConfigProperties, T> customizer) {}
            });
  }
}
