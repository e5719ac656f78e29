// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLettersTest {

  @TempDir Path dir;

  private DeadLetters letters;

  @BeforeEach
  void open() throws IOException {
    letters = DeadLetters.in(dir.resolve("dlq"), 10_000);
  }

  @Test
  void append_letter_isReadBackAsItWas() throws IOException {
    DeadLetter letter = letter("a");

    assertThat(letters.append("tempo", List.of(letter))).isTrue();

    assertThat(all("tempo")).singleElement().usingRecursiveComparison().isEqualTo(letter);
    assertThat(letters.destinations()).containsExactly("tempo");
  }

  @Test
  void append_sameContentTwice_isListedOnce() throws IOException {
    letters.append("tempo", List.of(letter("a")));
    letters.append("tempo", List.of(letter("a"), letter("b")));

    assertThat(all("tempo")).hasSize(2);
  }

  @Test
  void append_overTheQuota_storesNothing() throws IOException {
    List<DeadLetter> many = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      many.add(letter("span-" + i));
    }

    assertThat(letters.append("tempo", many)).isFalse();

    assertThat(all("tempo")).isEmpty();
  }

  @Test
  void append_afterATornLine_startsOnALineOfItsOwn() throws IOException {
    letters.append("tempo", List.of(letter("a")));
    Files.writeString(file(), "{\"id\":\"to", StandardOpenOption.APPEND);

    letters.append("tempo", List.of(letter("b")));

    assertThat(all("tempo")).hasSize(2);
  }

  @Test
  void remove_chosenLetters_leavesTheOthersAndWhatCannotBeRead() throws IOException {
    letters.append("tempo", List.of(letter("a"), letter("b"), letter("c")));
    Files.writeString(file(), "not json\n", StandardOpenOption.APPEND);
    String second = all("tempo").get(1).id();

    assertThat(letters.remove("tempo", letter -> letter.id().equals(second))).isEqualTo(1);

    assertThat(all("tempo")).extracting(DeadLetter::id).hasSize(2).doesNotContain(second);
    assertThat(Files.readString(file())).contains("not json");
  }

  @Test
  void remove_everyLetter_leavesNoDestination() throws IOException {
    letters.append("tempo", List.of(letter("a")));

    letters.remove("tempo", letter -> true);

    assertThat(letters.destinations()).isEmpty();
  }

  @Test
  void files_areForTheirOwnerOnly() throws IOException {
    letters.append("tempo", List.of(letter("a")));

    try (Stream<Path> files = Files.list(file().getParent())) {
      assertThat(files)
          .hasSize(2)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  @Test
  void destination_thatIsAPath_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> all("../secrets"));
  }

  private Path file() {
    return dir.resolve("dlq/tempo.jsonl");
  }

  private List<DeadLetter> all(String destination) throws IOException {
    List<DeadLetter> all = new ArrayList<>();
    letters.forEach(destination, all::add);
    return all;
  }

  private static DeadLetter letter(String name) {
    return DeadLetter.of(
        "tempo",
        OtlpBatch.of(Frames.traces(name)),
        Instant.parse("2026-11-05T05:07:25.123456789Z"),
        "400",
        "cannot take \"" + name + "\"");
  }
}
