// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static io.correlationstation.server.journal.JournalContract.assertSame;
import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.journal.JournalCursor.Entry;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that change on their own. */
@DisplayName("Q-07 damage anywhere: never an exception, never a wrong payload, little lost")
final class CorruptionTest {

  private static final int FRAMES = 40;
  private static final int ROUNDS = 120;

  /** What happens to a file, and how many frames it may cost. */
  enum Damage {
    BIT(1) {
      @Override
      byte[] apply(byte[] content, Random random) {
        content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
        return content;
      }
    },
    ZEROED_SECTOR(8) {
      @Override
      byte[] apply(byte[] content, Random random) {
        int from = random.nextInt(content.length) / 512 * 512;
        Arrays.fill(content, from, Math.min(from + 512, content.length), (byte) 0);
        return content;
      }
    },
    GARBAGE(FRAMES) {
      @Override
      byte[] apply(byte[] content, Random random) {
        byte[] garbage = new byte[random.nextInt(content.length) + 1];
        random.nextBytes(garbage);
        int at = random.nextInt(content.length - garbage.length + 1);
        System.arraycopy(garbage, 0, content, at, garbage.length);
        return content;
      }
    },
    SWAPPED_PARTS(FRAMES) {
      @Override
      byte[] apply(byte[] content, Random random) {
        int at = random.nextInt(content.length);
        byte[] swapped = new byte[content.length];
        System.arraycopy(content, at, swapped, 0, content.length - at);
        System.arraycopy(content, 0, swapped, content.length - at, at);
        return swapped;
      }
    },
    CUT(FRAMES) {
      @Override
      byte[] apply(byte[] content, Random random) {
        return Arrays.copyOf(content, random.nextInt(content.length));
      }
    },
    GONE(FRAMES) {
      @Override
      byte[] apply(byte[] content, Random random) {
        return null;
      }
    };

    private final int mayCost;

    Damage(int mayCost) {
      this.mayCost = mayCost;
    }

    abstract byte[] apply(byte[] content, Random random);
  }

  private final JournalConfig config =
      JournalConfig.builder(Path.of("simulated"))
          .minFreeBytes(0)
          .segmentBytes(2500)
          .tailBytes(0)
          .cursorDelay(Duration.ofMillis(1))
          .build();
  private final List<Frame> frames = new ArrayList<>();
  private SimulatedDisk closed;
  private SimulatedDisk killed;

  @BeforeEach
  void fillJournal() throws Exception {
    Random random = new Random(3);
    SimulatedDisk disk = new SimulatedDisk(random);
    try (SegmentedJournal journal = open(disk);
        JournalCursor cursor = journal.cursor("reader")) {
      for (int i = 0; i < FRAMES; i++) {
        byte[] payload = new byte[random.nextInt(600)];
        random.nextBytes(payload);
        frames.add(new Frame(Signal.LOGS, i, i, Map.of("k", "v" + i), payload));
        journal.append(frames.get(i)).join();
        cursor.poll(Duration.ZERO);
      }
      cursor.commit(10);
      killed = disk.afterKill();
    }
    closed = disk;
  }

  @ParameterizedTest
  @EnumSource
  void poll_damageAfterOrderlyStop_onlyTrueFramesAndFewMissing(Damage damage) throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      check(closed.afterKill(), damage, new Random(seed), true);
    }
  }

  @ParameterizedTest
  @EnumSource
  void poll_damageAfterCrash_onlyTrueFramesAndFewMissing(Damage damage) throws Exception {
    for (int seed = 0; seed < ROUNDS; seed++) {
      check(killed.afterKill(), damage, new Random(seed), false);
    }
  }

  private void check(SimulatedDisk disk, Damage damage, Random random, boolean orderly)
      throws Exception {
    List<String> names =
        disk.names().stream().filter(name -> disk.content(name).length > 0).toList();
    String name = names.get(random.nextInt(names.size()));
    byte[] damaged = damage.apply(disk.content(name), random);
    if (damaged == null) {
      disk.remove(name);
    } else {
      disk.replace(name, damaged);
    }
    for (int life = 0; life < 2; life++) {
      try (SegmentedJournal journal = open(disk);
          JournalCursor cursor = journal.cursor("check" + life);
          JournalCursor reader = journal.cursor("reader")) {
        int missing = missing(journal, cursor);
        assertThat(missing)
            .as(name)
            .isLessThanOrEqualTo(name.endsWith(Segment.SUFFIX) ? damage.mayCost : 0);
        assertThat(reader.committed()).isLessThanOrEqualTo(10);
        if (orderly && life == 0 && !name.equals(CleanMark.NAME)) {
          assertThat(journal.append(frames.get(0)).join()).as(name).isEqualTo(FRAMES);
        }
      }
    }
  }

  /** Reads everything in both ways; how many of the frames are not there. */
  private int missing(SegmentedJournal journal, JournalCursor cursor) throws Exception {
    boolean[] seen = new boolean[FRAMES];
    long last = -1;
    Entry entry;
    while ((entry = cursor.poll(Duration.ZERO)) != null) {
      assertThat(entry.sequence()).isGreaterThan(last);
      last = entry.sequence();
      if (last < FRAMES) {
        seen[(int) last] = true;
        assertSame(entry.frame(), frames.get((int) last));
      }
    }
    int missing = 0;
    for (int i = 0; i < FRAMES; i++) {
      Frame read = journal.read(i);
      assertThat(read != null).as("read(%d)", i).isEqualTo(seen[i]);
      if (read != null) {
        assertSame(read, frames.get(i));
      } else {
        missing++;
      }
    }
    return missing;
  }

  private SegmentedJournal open(SimulatedDisk disk) throws IOException {
    return SegmentedJournal.open(config, disk, Clock.systemUTC(), new PrometheusRegistry());
  }
}
