// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.correlationstation.server.stitch.Ruling;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RulingFileTest {

  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("stitch.rulings");
  }

  @Test
  void open_again_hasWhatWasAddedInItsOrder() throws Exception {
    add(3, ruling("first", 1));
    add(9, ruling("second", 2));

    assertThat(upTo(9)).extracting(Ruling::reason).containsExactly("first", "second");
    assertThat(upTo(9).get(0)).isEqualTo(ruling("first", 1));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void takeUpTo_frame_leavesOutWhatIsReadAgain() throws Exception {
    add(3, ruling("before", 1));
    add(9, ruling("read again", 2));

    assertThat(upTo(8)).extracting(Ruling::reason).containsExactly("before");
  }

  @Test
  void takeUpTo_rulingOfAnEarlierJournal_holdsToo() throws Exception {
    add(500, ruling("of the journal before", 1));
    add(3, ruling("new", 2));

    assertThat(upTo(3)).extracting(Ruling::reason).containsExactly("of the journal before", "new");
  }

  @Test
  void add_frameReadAgain_isKeptOnce() throws Exception {
    add(3, ruling("once", 1));
    long size = Files.size(file);
    add(3, ruling("once", 1));

    assertThat(Files.size(file)).isEqualTo(size);
  }

  @Test
  void open_lineCutByACrash_isDroppedAndTheNextOneIsWhole() throws Exception {
    add(3, ruling("whole", 1));
    Files.writeString(file, "4\t{\"type\":\"ali", StandardOpenOption.APPEND);
    add(4, ruling("again", 2));

    assertThat(upTo(4)).extracting(Ruling::reason).containsExactly("whole", "again");
  }

  @Test
  void open_unreadableLine_costsThatLineOnlyAndIsCounted() throws Exception {
    Files.writeString(file, "nonsense\n4\t{\"type\":\"unheard of\"}\n");
    add(5, ruling("good", 1));

    try (RulingFile rulings = RulingFile.open(file)) {
      assertThat(rulings.unreadable()).isEqualTo(2);
      assertThat(rulings.takeUpTo(5, 100)).extracting(Ruling::reason).containsExactly("good");
    }
  }

  private void add(long sequence, Ruling ruling) throws Exception {
    try (RulingFile rulings = RulingFile.open(file)) {
      rulings.add(sequence, List.of(ruling));
    }
  }

  private List<Ruling> upTo(long sequence) throws Exception {
    try (RulingFile rulings = RulingFile.open(file)) {
      return rulings.takeUpTo(sequence, 100);
    }
  }

  private static Ruling ruling(String reason, long time) {
    return new Ruling.OnAlias("resource_id", "r", "circuit_id", "c", reason, "ann", time);
  }
}
