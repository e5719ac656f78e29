// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DlqCommandTest {

  private static final String LETTER =
      "{\"id\":\"%s\",\"time\":\"2026-11-05T05:07:25Z\",\"destination\":\"tempo\","
          + "\"signal\":\"TRACES\",\"items\":2,\"reason\":\"400\",\"detail\":\"bad id\","
          + "\"tenant\":null,\"encoding\":\"OTLP\",\"payload\":\"CgA=\"}%n";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  private Map<String, String> environment = Map.of();

  @BeforeEach
  void putLettersThere() throws IOException {
    Path file = directory.resolve("dead-letters/tempo.jsonl");
    Files.createDirectories(file.getParent());
    Files.writeString(file, LETTER.formatted("aaaa") + LETTER.formatted("bbbb"));
  }

  @Test
  void list_givesALineForEachLetter() {
    assertThat(run("list")).isEqualTo(Station.OK);
    assertThat(out.toString().lines())
        .containsExactly(
            "aaaa  2026-11-05T05:07:25Z  tempo  TRACES  2  400  bad id",
            "bbbb  2026-11-05T05:07:25Z  tempo  TRACES  2  400  bad id");
  }

  @Test
  void list_asJson_isAnObjectALine() {
    assertThat(run("list", "tempo", "-o", "json")).isEqualTo(Station.OK);
    assertThat(out.toString().lines()).hasSize(2).allMatch(line -> line.startsWith("{\"id\":"));
  }

  @Test
  void show_givesTheLetterWithItsPayload() {
    assertThat(run("show", "tempo", "bbbb")).isEqualTo(Station.OK);
    assertThat(out.toString())
        .containsPattern("id +bbbb")
        .containsPattern("payload +CgA=")
        .doesNotContain("aaaa");
  }

  @Test
  void show_asJson_isOneObject() {
    assertThat(run("show", "tempo", "bbbb", "-o", "json")).isEqualTo(Station.OK);
    assertThat(out.toString().lines())
        .singleElement()
        .asString()
        .contains("\"id\":\"bbbb\"", "\"payload\":\"CgA=\"");
  }

  @Test
  void list_destinationThatNobodyKnows_isAUsageErrorThatNamesThoseThatAre() {
    assertThat(run("list", "nowhere")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("nowhere", "tempo").doesNotContain("\tat ");
  }

  @Test
  void list_configuredDestinationWithoutLetters_isEmpty() {
    environment = Map.of("LOKI_URL", "http://loki.example.com:3100");

    assertThat(run("list", "loki")).isEqualTo(Station.OK);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void show_unknownId_isAFinding() {
    assertThat(run("show", "tempo", "cccc")).isEqualTo(Station.FINDING);
    assertThat(err.toString()).contains("cccc");
  }

  @Test
  void purge_namedLetter_leavesTheOther() {
    assertThat(run("purge", "tempo", "aaaa")).isEqualTo(Station.OK);
    assertThat(run("list")).isEqualTo(Station.OK);
    assertThat(out.toString()).contains("1 purged", "bbbb").doesNotContain("aaaa");
  }

  @Test
  void purge_unknownId_isAFindingAndTheOthersGo() {
    assertThat(run("purge", "tempo", "aaaa", "cccc")).isEqualTo(Station.FINDING);
    assertThat(out.toString()).startsWith("1 purged");
    assertThat(err.toString()).contains("no dead letter cccc of tempo").doesNotContain("aaaa");
  }

  @Test
  void purge_asJson_givesTheNumber() {
    assertThat(run("purge", "tempo", "--all", "-o", "json")).isEqualTo(Station.OK);
    assertThat(out.toString().strip()).isEqualTo("{\"purged\":2}");
  }

  @Test
  void purge_destinationThatNobodyKnows_isAUsageError() {
    assertThat(run("purge", "nowhere", "--all")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("nowhere");
  }

  @Test
  void purge_neitherIdsNorAll_isAUsageErrorAndKeepsEverything() {
    assertThat(run("purge", "tempo")).isEqualTo(Station.USAGE);
    run("list");
    assertThat(out.toString()).contains("aaaa", "bbbb");
  }

  @Test
  void replay_destinationThatIsNotSet_isAUsageError() {
    assertThat(run("replay", "nowhere")).isEqualTo(Station.USAGE);
    assertThat(err.toString()).contains("nowhere");
  }

  private int run(String... arguments) {
    CommandLine command = Station.commandLine(environment);
    command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 3];
    all[0] = "dlq";
    all[1] = "--data-dir";
    all[2] = directory.toString();
    System.arraycopy(arguments, 0, all, 3, arguments.length);
    return command.execute(all);
  }
}
