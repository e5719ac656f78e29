// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TraceTableTest {

  private final TraceTable table = new TraceTable();

  @Test
  void addsAndRemovals_inAnyOrder_agreeWithAMap() {
    Map<Long, Fragment> model = new HashMap<>();
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      long id = random.nextInt(3_000);
      if (random.nextInt(3) > 0) {
        model.putIfAbsent(id, table.findOrAdd(id << 40, id));
      } else {
        Fragment gone = model.remove(id);
        if (gone != null) {
          table.remove(gone);
        }
      }
      assertThat(table.size()).isEqualTo(model.size());
    }

    for (long id = 0; id < 3_000; id++) {
      assertThat(table.find(id << 40, id)).isSameAs(model.get(id));
    }
    for (Fragment held : model.values()) {
      table.remove(held);
      assertThat(table.find(held.traceHigh, held.traceLow)).isNull();
    }
    assertThat(table.size()).isZero();
  }
}
