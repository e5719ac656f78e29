// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.correlationstation.mdso.MdsoConfig;
import io.correlationstation.mdso.MdsoConfigException;
import io.correlationstation.mdso.MdsoLookup;
import io.correlationstation.mdso.ProductTypeView;
import io.correlationstation.mdso.ResourceView;
import io.correlationstation.mdso.errors.RuleFinding;
import io.correlationstation.mdso.errors.RuleTester;
import io.correlationstation.mdso.market.MdsoException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code station mdso}: what can be done about the orchestrator without a server. Its variables are
 * the server's, {@code MDSO_*}.
 */
@Command(
    name = "mdso",
    description = "Asks the orchestrator, and works on the error rules of the MDSO bridge.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = MdsoCommand.Rules.class)
final class MdsoCommand {

  private static final ObjectMapper JSON =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  @Spec private CommandSpec spec;

  private final Map<String, String> environment;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before it calls a command
  MdsoCommand(Map<String, String> environment) {
    this.environment = environment;
  }

  @Command(
      name = "products",
      description =
          "The product types that are collected, how many resources the orchestrator has of each,"
              + " and which products make them.",
      mixinStandardHelpOptions = true)
  int products(
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException, InterruptedException {
    List<ProductTypeView> types = ask(MdsoLookup::products);
    print(format, types, () -> MdsoText.products(types));
    return Station.OK;
  }

  @Command(
      name = "resource",
      description = "How a resource of the orchestrator stands, and the operations on it.",
      mixinStandardHelpOptions = true)
  int resource(
      @Parameters(paramLabel = "ID", description = "the resource's id, a UUID") String id,
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException, InterruptedException {
    Optional<ResourceView> found = ask(lookup -> Optional.ofNullable(lookup.resource(id)));
    if (found.isEmpty()) {
      spec.commandLine().getErr().println("station: the orchestrator has no resource " + id);
      return Station.FINDING;
    }
    print(format, found.get(), () -> MdsoText.resource(found.get()));
    return Station.OK;
  }

  private void print(OutputFormat format, Object view, Supplier<String> text)
      throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    out.println(format == OutputFormat.JSON ? JSON.writeValueAsString(view) : text.get());
    out.flush();
  }

  private <T> T ask(Question<T> question) throws IOException, InterruptedException {
    try (MdsoLookup lookup = MdsoLookup.open(config())) {
      return question.ask(lookup);
    } catch (MdsoConfigException e) {
      throw new SettingException(String.valueOf(e.getMessage()));
    } catch (MdsoException e) {
      throw told(e);
    }
  }

  private static IOException told(MdsoException e) {
    return switch (e.kind()) {
      case AUTH ->
          throw new SettingException(
              "the orchestrator refused the credentials (MDSO_USER and MDSO_PASS, or MDSO_TOKEN): "
                  + e.getMessage());
      // one command fails ten times in a row only while it tries to connect
      case CONNECT, TIMEOUT, IO, BREAKER_OPEN ->
          new ConnectException("MDSO_URL can't be reached: " + e.getMessage());
      default -> e;
    };
  }

  private MdsoConfig config() {
    MdsoConfig config = MdsoConfig.fromEnvironment(environment);
    if (config == null) {
      throw new SettingException(
          "MDSO_URL is missing; set it as for the server, such as https://mdso.example.com");
    }
    return config;
  }

  /** What a command wants to know. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(MdsoLookup lookup) throws IOException, InterruptedException;
  }

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
