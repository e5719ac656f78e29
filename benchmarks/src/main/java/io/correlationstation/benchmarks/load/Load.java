// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.benchmarks.load;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code java -cp benchmarks/target/benchmarks.jar io.correlationstation.benchmarks.load.Load}:
 * measures the server as a whole; each command prints a table in Markdown.
 */
@Command(
    name = "load",
    description = "Measures the server as a whole, on loopback, as a process of its own.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CostCommand.class,
      SteadyCommand.class,
      DrainCommand.class,
      RecoverCommand.class,
      ReadyCommand.class,
      InflateCommand.class
    })
final class Load {

  private Load() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Load()).setCaseInsensitiveEnumValuesAllowed(true);
  }
}
