// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.correlationstation.mdso.errors.RuleFinding;
import io.correlationstation.mdso.errors.RuleTester;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code station mdso}: what can be done about the orchestrator without a server. */
@Command(
    name = "mdso",
    description = "Works on the error rules of the MDSO bridge.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = MdsoCommand.Rules.class)
final class MdsoCommand {

  /** Groups what concerns rules. */
  @Command(
      name = "rules",
      description = "Error rules.",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "COMMAND",
      subcommands = RulesTest.class)
  static final class Rules {}

  /** Exit code 1 when a rule is wrong, 2 when a file can't be read. */
  @Command(
      name = "test",
      description =
          "Checks the shipped rules with these files added: syntax, codes, examples, overlaps.",
      mixinStandardHelpOptions = true)
  @SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls the command
  static final class RulesTest implements Callable<Integer> {

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "rule files")
    private List<Path> files = List.of();

    @Option(names = "-o", description = "json or text", defaultValue = "text")
    private OutputFormat format = OutputFormat.TEXT;

    @Override
    public Integer call() throws JsonProcessingException {
      RuleTester.Report report = report();
      PrintWriter out = spec.commandLine().getOut();
      if (format == OutputFormat.JSON) {
        out.println(
            new ObjectMapper().writeValueAsString(new Result(report.isFine(), report.findings())));
      } else {
        report.findings().forEach(out::println);
        out.println(report.isFine() ? "the rules are fine" : "the rules are wrong");
      }
      out.flush();
      return report.isFine() ? Station.OK : Station.FINDING;
    }

    /** What {@code -o json} prints. */
    record Result(boolean fine, List<RuleFinding> findings) {}

    private RuleTester.Report report() {
      try {
        return RuleTester.test(files);
      } catch (IOException e) {
        throw new SettingException("a rule file can't be read: " + e.getMessage());
      }
    }
  }
}
