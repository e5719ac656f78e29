// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

/** Keeps the load generator alive: two stages of the server in child processes, some requests. */
final class LoadTest {

  @Test
  void cost_someRequests_printsARowForEachStage() {
    PrintStream console = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    int exit;
    try (PrintStream out = new PrintStream(printed, true, UTF_8)) {
      System.setOut(out);
      exit =
          Load.commandLine()
              .execute(
                  "cost",
                  "--from-class-path",
                  "--stages=receive,forward",
                  "--items=4096",
                  "--warm-up=1024",
                  "--threads=2");
    } finally {
      System.setOut(console);
    }

    assertThat(exit).isZero();
    assertThat(printed.toString(UTF_8))
        .containsPattern("\\| receive and check \\| \\*\\*\\d+\\.\\d+\\*\\* \\|")
        .containsPattern("\\| \\+ forward \\| \\*\\*\\d+\\.\\d+\\*\\* \\|");
  }
}
