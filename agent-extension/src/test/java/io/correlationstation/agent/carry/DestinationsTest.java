// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.agent.settings.Settings;
import io.correlationstation.agent.settings.SettingsSource;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationsTest {

  private final Destinations byDefault =
      new Destinations(
          Settings.read(SettingsSource.empty()).egressAllow(), Collections.singletonList("*"));
  private final Destinations own =
      new Destinations(
          Arrays.asList(".partner.example", "mdso.example.com", "192.0.2.0/25", "2001:db8::/32"),
          Arrays.asList("orders.*", "audit"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "127.0.0.1",
        "127.9.9.9",
        "10.1.2.3",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "169.254.1.1",
        "::1",
        "[::1]",
        "fd00::1",
        "fe80::1%eth0",
        "palantir",
        "arda.local",
        "x.svc.cluster.local",
        "ARDA.Internal",
        "arda.internal.",
      })
  void allowsHost_privateByDefault_isAllowed(String host) {
    assertThat(byDefault.allowsHost(host)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mdso.example.com",
        "192.0.2.1",
        "172.32.0.1",
        "11.0.0.1",
        "2001:db8::1",
        "10.1.2.3.example.com",
        "local.example.com",
        "notlocal.example",
        "10.0.0.1:evil.example",
        "1.2.3",
        "999.1.1.1.example",
      })
  void allowsHost_publicByDefault_isDenied(String host) {
    assertThat(byDefault.allowsHost(host)).isFalse();
  }

  @Test
  void allowsHost_unknown_isDenied() {
    assertThat(byDefault.allowsHost(null)).isFalse();
    assertThat(byDefault.allowsHost("")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "a.partner.example, true",
    "partner.example, false",
    "mdso.example.com, true",
    "x.mdso.example.com, true",
    "notmdso.example.com, false",
    "192.0.2.127, true",
    "192.0.2.128, false",
    "2001:db8:1::1, true",
    "2001:db9::1, false",
    "localhost, false",
    "10.0.0.1, false",
  })
  void allowsHost_ownRules_replaceTheDefault(String host, boolean allowed) {
    assertThat(own.allowsHost(host)).isEqualTo(allowed);
  }

  @ParameterizedTest
  @CsvSource({"orders.new, true", "order, false", "audit, true", "audit2, false"})
  void allowsTopic_ownRules_hold(String topic, boolean allowed) {
    assertThat(own.allowsTopic(topic)).isEqualTo(allowed);
  }

  @Test
  void allowsTopic_defaultExchange_isTheEmptyName() {
    assertThat(byDefault.allowsTopic(null)).isTrue();
    assertThat(own.allowsTopic(null)).isFalse();
  }
}
