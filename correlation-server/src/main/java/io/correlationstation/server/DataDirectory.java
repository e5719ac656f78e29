// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The option of commands that work on the data of a server: they read the same variables as {@code
 * station serve}, and {@code --data-dir} wins, before or behind the word for what is to be done.
 */
final class DataDirectory {

  private final Map<String, String> environment;

  @Option(
      names = "--data-dir",
      scope = ScopeType.INHERIT,
      paramLabel = "DIR",
      description = "data directory of the server (STATION_DATA_DIR)")
  private @Nullable String directory;

  DataDirectory(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The settings of that server, as far as the environment has them. */
  Settings settings() {
    String chosen = directory;
    return Settings.of(chosen == null ? Map.of() : Map.of(Setting.DATA_DIR, chosen), environment);
  }
}
