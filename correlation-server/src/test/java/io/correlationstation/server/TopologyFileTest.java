// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.correlationstation.server.stitch.ServiceEdge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopologyFileTest {

  @TempDir private Path directory;

  @Test
  void read_pairs_areTakenWithoutSpacesAround() throws IOException {
    Path file =
        write("edges:\n  - {caller: beorn, callee: ' palantir '}\n  - {caller: 7, callee: arda}\n");

    assertThat(TopologyFile.read(file))
        .containsExactly(new ServiceEdge("beorn", "palantir"), new ServiceEdge("7", "arda"));
    assertThat(TopologyFile.read(write("edges: []"))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "~~ | no list \"edges\"",
        "edges: | no list \"edges\"",
        "edges: 5 | no list \"edges\"",
        "[] | no list \"edges\"",
        "edgs: [] | unknown member \"edgs\"",
        "edges: [null] | edge 1 has no caller",
        "edges: [beorn] | edge 1 has no caller",
        "edges: [{caller: beorn}] | edge 1 has no callee",
        "edges: [{caller: a, callee: b}, {caller: '', callee: b}] | edge 2 has no caller",
        "edges: [{caller: a, callee: [b]}] | edge 1 has no callee",
        "edges: [{caller: a, callee: b, calle: c}] | unknown member \"calle\"",
        "edges: [ | line 1",
        "~edges: []\nedges: []~ | Duplicate",
        "~edges: []\n---\nedges: []~ | more than one document"
      })
  void read_anotherForm_saysWhatIsWrong(String content, String message) throws IOException {
    Path file = write(content.replace("\\n", "\n"));

    assertThatThrownBy(() -> TopologyFile.read(file))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("topology.yml")
        .hasMessageContaining(message);
  }

  @Test
  void read_noFile_saysSo() {
    assertThatThrownBy(() -> TopologyFile.read(directory.resolve("none.yml")))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("can't be read")
        .hasMessageContaining("none.yml");
  }

  private Path write(String content) throws IOException {
    return Files.writeString(directory.resolve("topology.yml"), content);
  }
}
