// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.correlationstation.server.forward.DeadLetter;
import io.correlationstation.server.forward.DeadLetterReplay;
import io.correlationstation.server.forward.DeadLetters;
import io.correlationstation.server.forward.DestinationConfig;
import io.correlationstation.server.forward.ForwardConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code station dlq}: looks at what destinations refused for good, sends it again or throws it
 * away. Works beside a running server; destinations are those of the environment.
 */
@Command(
    name = "dlq",
    description = "Lists, shows, replays or purges dead letters.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class DlqCommand {

  private static final ObjectMapper JSON = new ObjectMapper();

  @Spec private CommandSpec spec;

  @Mixin private final DataDirectory data;

  @SuppressWarnings("NullAway.Init") // picocli sets the spec before it calls a command
  DlqCommand(Map<String, String> environment) {
    this.data = new DataDirectory(environment);
  }

  @Command(name = "list", description = "One line for each dead letter, oldest first.")
  int list(
      @Parameters(arity = "0..1", paramLabel = "DESTINATION") @Nullable String destination,
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException {
    ForwardConfig forward = forward();
    DeadLetters letters = letters(forward);
    List<String> names =
        destination == null
            ? letters.destinations()
            : List.of(known(destination, forward, letters));
    for (String name : names) {
      letters.forEach(name, letter -> print(letter, format));
    }
    return Station.OK;
  }

  /**
   * The name, when it is one of a destination that is configured or has dead letters from before.
   */
  private static String known(String name, ForwardConfig forward, DeadLetters letters)
      throws IOException {
    Set<String> names = new TreeSet<>(letters.destinations());
    forward.destinations().forEach(destination -> names.add(destination.name()));
    if (!names.contains(name)) {
      throw new SettingException(
          "there is no destination %s; known: %s".formatted(name, String.join(", ", names)));
    }
    return name;
  }

  private void print(DeadLetter letter, OutputFormat format) {
    if (format == OutputFormat.JSON) {
      out().println(json(letter));
    } else {
      out()
          .printf(
              "%s  %s  %s  %s  %d  %s  %s%n",
              letter.id(),
              letter.time(),
              letter.destination(),
              letter.signal(),
              letter.items(),
              letter.reason(),
              letter.detail());
    }
  }

  private static ObjectNode json(DeadLetter letter) {
    return JSON.createObjectNode()
        .put("id", letter.id())
        .put("time", letter.time().toString())
        .put("destination", letter.destination())
        .put("signal", letter.signal().toString())
        .put("items", letter.items())
        .put("reason", letter.reason())
        .put("detail", letter.detail())
        .put("tenant", letter.tenant())
        .put("encoding", letter.encoding().toString());
  }

  @Command(name = "show", description = "One dead letter with its payload in base64.")
  int show(
      @Parameters(paramLabel = "DESTINATION") String destination,
      @Parameters(paramLabel = "ID") String id,
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException {
    ForwardConfig forward = forward();
    DeadLetters letters = letters(forward);
    boolean[] found = {false};
    letters.forEach(
        known(destination, forward, letters),
        letter -> {
          if (letter.id().equals(id)) {
            found[0] = true;
            show(json(letter).put("payload", letter.payload()), format);
          }
        });
    if (!found[0]) {
      tellUnknown(id, destination);
    }
    return found[0] ? Station.OK : Station.FINDING;
  }

  private void show(ObjectNode letter, OutputFormat format) {
    if (format == OutputFormat.JSON) {
      out().println(letter);
    } else {
      letter
          .properties()
          .forEach(
              member -> out().printf("%-12s %s%n", member.getKey(), member.getValue().asText()));
    }
  }

  @Command(
      name = "replay",
      description = "Sends dead letters again; what is taken leaves the file.")
  int replay(
      @Parameters(index = "0", paramLabel = "DESTINATION") String destination,
      @Parameters(index = "1..*", paramLabel = "ID") @Nullable List<String> ids,
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException, InterruptedException {
    ForwardConfig forward = forward();
    DestinationConfig target = ReplayCommand.destination(forward, destination);
    return ReplayReport.tell(
        out(), DeadLetterReplay.run(target, letters(forward), chosen(ids)), format);
  }

  @Command(name = "purge", description = "Throws dead letters away: those named, or --all.")
  int purge(
      @Parameters(index = "0", paramLabel = "DESTINATION") String destination,
      @Parameters(index = "1..*", paramLabel = "ID") @Nullable List<String> ids,
      @Option(names = "--all", description = "all of the destination") boolean all,
      @Option(names = "-o", description = "json or text", defaultValue = "text")
          OutputFormat format)
      throws IOException {
    if (all == (ids != null)) {
      throw new SettingException("purge needs either ids or --all");
    }
    ForwardConfig forward = forward();
    DeadLetters letters = letters(forward);
    Set<String> missing = new TreeSet<>(ids == null ? List.of() : ids);
    int purged =
        letters.remove(
            known(destination, forward, letters),
            letter -> {
              missing.remove(letter.id());
              return chosen(ids).test(letter);
            });
    if (format == OutputFormat.JSON) {
      out().println(JSON.createObjectNode().put("purged", purged));
    } else {
      out().printf("%d purged%n", purged);
    }
    missing.forEach(id -> tellUnknown(id, destination));
    return missing.isEmpty() ? Station.OK : Station.FINDING;
  }

  private void tellUnknown(String id, String destination) {
    spec.commandLine().getErr().println("station: no dead letter " + id + " of " + destination);
  }

  private static Predicate<DeadLetter> chosen(@Nullable List<String> ids) {
    return letter -> ids == null || ids.contains(letter.id());
  }

  private ForwardConfig forward() {
    return ServerConfig.of(data.settings()).forward();
  }

  private static DeadLetters letters(ForwardConfig forward) throws IOException {
    return DeadLetters.in(forward.deadLetterDir(), forward.maxDeadLetterBytes());
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
