// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code station serve}: runs the server until it is told to stop; every option is also an environment variable. */
@Command(
    name = "serve",
    description = "Runs the server until it is stopped.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = "%nA flag wins over its variable. Secrets are variables only. MDSO_* variables: docs/mdso-bridge.md.")
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
