// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ObjectNumbersTest {

  @Test
  void numberOrAdd_manyEqualObjects_numbersEachByIdentityInOrder() {
    ObjectNumbers numbers = new ObjectNumbers();
    List<Object> objects = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      Object equalToAll = new ArrayList<>();
      objects.add(equalToAll);
      assertThat(numbers.numberOrAdd(equalToAll)).isEqualTo(-1);
    }

    for (int i = 0; i < objects.size(); i++) {
      assertThat(numbers.numberOrAdd(objects.get(i))).isEqualTo(i);
    }
  }
}
