// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.correlationstation.server.demo.DemoFailure;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The command line {@code station}.
 *
 * <p>Exit codes of every command: 0 all is well, 1 a finding (something is wrong with what was
 * looked at), 2 the call or a setting is wrong, 3 a server can't be reached.
 */
@Command(
    name = "station",
    description = "Joins the traces and logs of one circuit's order that share no trace context.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Station {

  static final int OK = 0;
  static final int FINDING = 1;
  static final int USAGE = 2;
  static final int UNREACHABLE = 3;

  private Station() {}

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return commandLine(System.getenv());
  }

  /**
   * The command line as it is with those variables.
   *
   * @param environment for the commands that work on a server's data or ask its orchestrator
   */
  static CommandLine commandLine(Map<String, String> environment) {
    return new CommandLine(new Station())
        .addSubcommand(new DemoCommand())
        .addSubcommand(ServeCommand.commandLine())
        .addSubcommand(new StitchCommand())
        .addSubcommand(new ExplainCommand())
        .addSubcommand(new JournalCommand(environment))
        .addSubcommand(new MdsoCommand(environment))
        .addSubcommand(new ReplayCommand(environment))
        .addSubcommand(new DlqCommand(environment))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(Station::tell);
  }

  private static int tell(Exception problem, CommandLine command, CommandLine.ParseResult parsed) {
    command.getErr().println("station: " + problem.getMessage());
    if (problem instanceof SettingException) {
      return USAGE;
    }
    if (problem instanceof ConnectException) {
      return UNREACHABLE;
    }
    if (!(problem instanceof DemoFailure) && !(problem instanceof IOException)) {
      problem.printStackTrace(command.getErr());
    }
    return FINDING;
  }
}
