// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/**
 * {@code station serve}: runs the server until it is told to stop; every option is also an
 * environment variable.
 */
@Command(
    name = "serve",
    description = "Runs the server until it is stopped.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer =
        "%nA flag wins over its variable. Secrets are variables only. MDSO_* variables: docs/mdso-bridge.md.")
final class ServeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before it calls the command
  private ServeCommand() {}

  static CommandLine commandLine() {
    CommandLine commandLine = new CommandLine(new ServeCommand());
    for (Setting setting : Setting.values()) {
      if (setting.flag() != null) {
        commandLine.getCommandSpec().addOption(option(setting));
      }
    }
    return commandLine;
  }

  private static OptionSpec option(Setting setting) {
    String initial = setting.defaultValue() == null ? "" : "; default " + setting.defaultValue();
    return OptionSpec.builder(setting.flag())
        .paramLabel("VALUE")
        .type(String.class)
        .description(setting.meaning() + " (" + setting.variable() + initial + ")")
        .build();
  }

  @Override
  public Integer call() throws Exception {
    Settings settings = Settings.of(flags(spec.commandLine().getParseResult()), System.getenv());
    logAs(settings);
    CountDownLatch stopped = new CountDownLatch(1);
    CorrelationServer server = CorrelationServer.start(ServerConfig.of(settings));
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  stopped.countDown();
                },
                "shutdown"));
    stopped.await();
    return Station.OK;
  }

  /** Before the first logger is made: logback.xml reads these properties once. */
  private static void logAs(Settings settings) {
    System.setProperty(
        "station.log.level",
        settings.oneOf(Setting.LOG_LEVEL, List.of("trace", "debug", "info", "warn", "error")));
    System.setProperty(
        "station.log.format", settings.oneOf(Setting.LOG_FORMAT, List.of("json", "text")));
  }

  private static Map<Setting, String> flags(ParseResult parsed) {
    Map<Setting, String> flags = new EnumMap<>(Setting.class);
    for (Setting setting : Setting.values()) {
      if (setting.flag() != null && parsed.hasMatchedOption(setting.flag())) {
        flags.put(setting, parsed.<String>matchedOptionValue(setting.flag(), ""));
      }
    }
    return flags;
  }
}
