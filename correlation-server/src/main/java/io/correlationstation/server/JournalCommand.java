// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.correlationstation.server.journal.JournalTool;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  @Spec private CommandSpec spec;

  @Mixin private final DataDirectory data;

  JournalCommand(Map<String, String> environment) {
    this.data = new DataDirectory(environment);
  }

  @Command(
      name = "check",
      description = "Verifies every frame; exit code 1 when one is damaged or missing.")
  int check(
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException {
    return tell(tool().check(), format);
  }

  @Command(name = "dump", description = "Prints a line for each frame and each damaged place.")
  int dump(
      @Option(names = "--from", description = "first sequence number", defaultValue = "0")
          long from,
      @Option(names = "--to", description = "last sequence number; default: the newest")
          @Nullable Long to,
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    tool()
        .dump(
            from,
            to == null ? Long.MAX_VALUE : to,
            finding -> out.println(format == OutputFormat.JSON ? json(finding) : text(finding)));
    out.flush();
    return Station.OK;
  }

  private static String text(JournalTool.Finding finding) {
    if (finding instanceof JournalTool.FrameFinding frame) {
      return "%d %s %s items=%d bytes=%d %s"
          .formatted(
              frame.sequence(),
              frame.signal(),
              frame.received(),
              frame.items(),
              frame.bytes(),
              frame.headers());
    }
    JournalTool.DamageFinding damage = (JournalTool.DamageFinding) finding;
    return "damage %s at %d, %d bytes".formatted(damage.segment(), damage.at(), damage.bytes());
  }

  private static String json(JournalTool.Finding finding) {
    try {
      return JSON.writeValueAsString(finding);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a finding has no JSON: " + finding, e);
    }
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
    return JournalTool.of(data.settings().path(Setting.DATA_DIR).resolve("journal"));
  }

  private int tell(JournalTool.Report report, OutputFormat format) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    if (format == OutputFormat.JSON) {
      out.println(JSON.writeValueAsString(report));
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
