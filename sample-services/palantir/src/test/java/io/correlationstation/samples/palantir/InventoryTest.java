// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.palantir;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.samples.palantir.Inventory.Device;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class InventoryTest {

  private final Inventory inventory = new Inventory();

  @ParameterizedTest
  @MethodSource("circuits")
  void devices_anyCircuit_isAPathWithoutRepetition(String circuitId) {
    List<Device> devices = inventory.devices(circuitId);

    assertThat(devices).extracting(Device::role).containsExactly("a_side", "aggregation", "z_side");
    assertThat(devices).extracting(Device::tid).doesNotHaveDuplicates();
    assertThat(devices).allSatisfy(device -> assertThat(device.tid()).matches("[A-Z0-9]{11}"));
  }

  static Stream<String> circuits() {
    return IntStream.range(0, 200).mapToObj(n -> String.format("80.L1XX.%06d..TEST", n));
  }

  @Test
  void devices_sameCircuit_areTheSame() {
    assertThat(inventory.devices("TEST-001")).isEqualTo(new Inventory().devices("TEST-001"));
  }

  @Test
  void devices_manyCircuits_useEveryPairOfSides() {
    assertThat(
            circuits().map(inventory::devices).map(d -> d.get(0).tid() + d.get(2).tid()).distinct())
        .hasSize(20);
  }

  @Test
  void reserve_again_replacesTheReservation() {
    inventory.reserve("A", "resource-1");

    inventory.reserve("A", "resource-2");

    assertThat(inventory.reservedFor("A")).isEqualTo("resource-2");
    assertThat(inventory.reservedFor("B")).isNull();
  }

  @Test
  void reserve_moreCircuitsThanKept_forgetsTheOldest() {
    IntStream.rangeClosed(1, Inventory.MAX_CIRCUITS + 1)
        .forEach(n -> inventory.reserve("C-" + n, "resource"));

    assertThat(inventory.reservedFor("C-1")).isNull();
    assertThat(inventory.reservedFor("C-2")).isEqualTo("resource");
  }
}
