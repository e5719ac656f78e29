// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TailTest {

  private static final int FRAME_BYTES = 100;

  private final List<Long> readers = new ArrayList<>();
  private final Tail tail =
      new Tail(
          3 * FRAME_BYTES,
          first ->
              readers.stream()
                  .mapToLong(position -> position)
                  .filter(position -> position >= first)
                  .min()
                  .orElse(Long.MAX_VALUE));

  @Test
  void add_noReader_keepsNothing() {
    add(0, 1);

    assertThat(kept(0, 1)).isEmpty();
  }

  @Test
  void add_readersAtTheEnd_keepsWhatTheSlowerOneHasNotTaken() {
    readers.addAll(List.of(1L, 2L));

    add(0, 1, 2);

    assertThat(kept(0, 1, 2)).containsExactly(1L, 2L);
  }

  @Test
  void add_readerBehindWhatIsKept_keepsNothingForIt() {
    readers.add(0L);
    add(0, 1, 2, 3);
    assertThat(kept(0, 1, 2, 3)).as("as much as fits").isEmpty();

    readers.set(0, 4L);
    add(4);

    assertThat(kept(4)).as("caught up").containsExactly(4L);
  }

  @Test
  void add_moreThanFits_keepsTheNewestForTheReaderNearest() {
    readers.addAll(List.of(0L, 3L));

    add(0, 1, 2, 3, 4);

    assertThat(kept(0, 1, 2, 3, 4)).containsExactly(3L, 4L);
  }

  @Test
  void add_numberThatDoesNotFollow_startsAfresh() {
    readers.add(0L);
    add(0, 1);
    readers.add(7L);

    add(7);

    assertThat(kept(0, 1, 7)).containsExactly(7L);
  }

  private void add(long... sequences) {
    for (long sequence : sequences) {
      tail.add(sequence, new Frame(Signal.TRACES, 1, 1, Map.of(), new byte[FRAME_BYTES]));
    }
  }

  private List<Long> kept(long... sequences) {
    List<Long> kept = new ArrayList<>();
    for (long sequence : sequences) {
      if (tail.get(sequence) != null) {
        kept.add(sequence);
      }
    }
    return kept;
  }
}
