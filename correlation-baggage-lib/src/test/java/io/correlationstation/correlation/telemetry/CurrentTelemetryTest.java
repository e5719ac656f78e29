// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CurrentTelemetryTest {

  @BeforeEach
  @AfterEach
  void reset() {
    GlobalOpenTelemetry.resetForTest();
  }

  @Test
  void get_beforeAndAfterAnSdkIsSet_isTheOneOfNow() {
    assertThat(CurrentTelemetry.get().isOff()).isTrue();
    assertThat(GlobalOpenTelemetry.isSet()).as("asking sets nothing").isFalse();

    OpenTelemetrySdk.builder().buildAndRegisterGlobal();
    CurrentTelemetry first = CurrentTelemetry.get();

    assertThat(first.isOff()).isFalse();
    assertThat(CurrentTelemetry.get()).as("made once").isSameAs(first);

    GlobalOpenTelemetry.resetForTest();
    assertThat(CurrentTelemetry.get().isOff()).isTrue();

    OpenTelemetrySdk.builder().buildAndRegisterGlobal();
    assertThat(CurrentTelemetry.get()).isNotSameAs(first);
    assertThat(CurrentTelemetry.get().isOff()).isFalse();
  }

  @Test
  void find_inThisVersionOfTheApi_knowsTheField() {
    assertThat(GlobalField.find("globalOpenTelemetry")).isNotNull();
  }

  @Test
  void find_whereTheFieldIsNotThereOrAnother_isNull() {
    assertThat(GlobalField.find("none")).isNull();
    assertThat(GlobalField.find("mutex")).isNull();
  }
}
