// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page for users says exactly what the code knows. */
class ConfigurationReferenceTest {

  private static final Path PAGE = Path.of("..", "docs", "configuration.md");

  @Test
  void page_settingsOfTheServer_areThoseOfTheCode() throws IOException {
    String rows =
        Arrays.stream(Setting.values())
            .map(ConfigurationReferenceTest::row)
            .collect(Collectors.joining("\n"));

    assertThat(Files.readString(PAGE)).contains(rows);
  }

  private static String row(Setting setting) {
    return "| %s | `%s` | %s | %s |"
        .formatted(
            setting.flag() == null ? "–" : "`" + setting.flag() + "`",
            setting.variable(),
            setting.defaultValue() == null ? "–" : "`" + setting.defaultValue() + "`",
            setting.meaning());
  }
}
