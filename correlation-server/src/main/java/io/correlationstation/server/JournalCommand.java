// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.server.journal.JournalTool;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code station journal}: looks at the journal on disk and mends it. */
@Command(
    name = "journal",
    description = "Checks, dumps or repairs the journal.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls a command
final class JournalCommand {

  @Spec private CommandSpec spec;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "data directory of the server (STATION_DATA_DIR)")
  private @Nullable String dataDir;

  @Command(
      name = "check",
      description = "Verifies every frame; exit code 1 when one is damaged or missing.")
  int check(
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException {
    return tell(tool().check(), format);
  }

  @Command(name = "dump", description = "Prints a line for each frame.")
  int dump(
      @Option(names = "--from", description = "first sequence number", defaultValue = "0")
          long from,
      @Option(names = "--to", description = "last sequence number; default: the newest")
          @Nullable Long to)
      throws IOException {
    tool().dump(from, to == null ? Long.MAX_VALUE : to, new PrintStream(System.out, true));
    return Station.OK;
  }

  @Command(
      name = "repair",
      description =
          "Writes damaged segments anew, the damaged bytes set aside; the server must be stopped.")
  int repair(
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException {
    return tell(tool().repair(), format);
  }

  private JournalTool tool() {
    Map<Setting, String> flags = new HashMap<>();
    if (dataDir != null) {
      flags.put(Setting.DATA_DIR, dataDir);
    }
    Path directory = Settings.of(flags, System.getenv()).path(Setting.DATA_DIR);
    return JournalTool.of(directory.resolve("journal"));
  }

  private int tell(JournalTool.Report report, OutputFormat format) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (format == OutputFormat.JSON) {
      out.println(new ObjectMapper().writeValueAsString(report));
    } else {
      report
          .segments()
          .forEach(
              segment ->
                  out.printf(
                      "%s  frames %d to %d, %d bytes%s%n",
                      segment.name(),
                      segment.first(),
                      segment.last(),
                      segment.bytes(),
                      segment.damages() == 0
                          ? ""
                          : ", damaged in " + segment.damages() + " places"));
      report
          .cursors()
          .forEach((name, committed) -> out.printf("cursor %s at %s%n", name, committed));
      out.printf(
          "%d frames, %d missing: %s%n",
          report.frames(), report.missing(), report.healthy() ? "healthy" : "not healthy");
    }
    out.flush();
    return report.healthy() ? Station.OK : Station.FINDING;
  }
}
