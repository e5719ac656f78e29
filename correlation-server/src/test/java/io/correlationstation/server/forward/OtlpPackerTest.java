// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journal.Frame;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OtlpPackerTest {

  private static final Duration SHORT = Duration.ofMillis(1);

  @Test
  void pack_framesWithinTheLimits_areOneBatch() {
    List<Batch> batches =
        OtlpPacker.pack(List.of(Frames.traces("a"), Frames.traces("b")), BatchLimits.DEFAULT);

    assertThat(batches).singleElement().satisfies(batch -> assertThat(batch.items()).isEqualTo(2));
  }

  @Test
  void pack_moreItemsThanAllowed_startsAnotherBatch() {
    BatchLimits two = new BatchLimits(4 << 20, 2, SHORT, SHORT);

    List<Batch> batches =
        OtlpPacker.pack(List.of(Frames.traces("a"), Frames.traces("b"), Frames.traces("c")), two);

    assertThat(batches).extracting(Batch::items).containsExactly(2, 1);
  }

  @Test
  void pack_frameAboveTheLimit_isCut() {
    String[] names = Frames.numbered("span-", 100).toArray(String[]::new);
    Frame frame = Frames.traces(names);
    BatchLimits tight = new BatchLimits(frame.payload().length / 5, 8192, SHORT, SHORT);

    List<Batch> batches = OtlpPacker.pack(List.of(frame), tight);

    assertThat(batches).hasSizeGreaterThan(4);
    assertThat(batches).allMatch(batch -> batch.bytes() <= tight.maxBytes());
    assertThat(batches.stream().mapToInt(Batch::items).sum()).isEqualTo(100);
  }

  @Test
  void pack_singleItemAboveTheLimit_isSentAllTheSame() {
    BatchLimits tiny = new BatchLimits(10, 8192, SHORT, SHORT);

    assertThat(OtlpPacker.pack(List.of(Frames.traces("a")), tiny)).hasSize(1);
  }

  @Test
  void pack_signalsAndTenants_areKeptApart() {
    Map<String, String> north = Map.of("x-scope-orgid", "north");

    List<Batch> batches =
        OtlpPacker.pack(
            List.of(
                Frames.traces("a"), Frames.traces(north, "b"), Frames.logs("x"), Frames.metrics(2)),
            BatchLimits.DEFAULT);

    assertThat(batches).hasSize(4);
    assertThat(batches).extracting(Batch::tenant).containsExactly(null, "north", null, null);
  }
}
