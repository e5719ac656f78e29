// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import io.correlationstation.server.forward.DestinationConfig;
import io.correlationstation.server.forward.ForwardConfig;
import io.correlationstation.server.forward.RangeReplay;
import io.correlationstation.server.forward.ReplayResult;
import io.correlationstation.server.journal.JournalArchive;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code station replay}: sends to a destination again what the server received in a span of time
 * and still has. Reads the journal's files, so it works beside a running server and without one.
 */
@Command(
    name = "replay",
    description = "Sends to a destination again what was received in a span of time.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer =
        "%nIdempotent for Tempo and Loki; other destinations may show duplicates. Destinations are"
            + " those of the environment, as for serve.")
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls the command
final class ReplayCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private final DataDirectory data;

  @Option(
      names = "--from",
      required = true,
      paramLabel = "TIME",
      description = "first time of receipt, such as 2026-11-05T05:00:00Z")
  private String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "time of receipt that is no longer included; default: now")
  private @Nullable String to;

  @Option(
      names = "--dest",
      required = true,
      paramLabel = "DESTINATION",
      description = "tempo, loki, otlp or datadog")
  private String destination;

  @Option(names = "-o", description = "json or text", defaultValue = "text")
  private OutputFormat format;

  ReplayCommand(Map<String, String> environment) {
    this.data = new DataDirectory(environment);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Settings settings = data.settings();
    ForwardConfig forward = ServerConfig.of(settings).forward();
    DestinationConfig target = destination(forward, destination);
    long first = nanos("--from", from);
    long end = to == null ? nanos(Instant.now()) : nanos("--to", to);
    if (first >= end) {
      throw new SettingException("--from is not before --to: " + from);
    }
    try (JournalArchive archive =
        JournalArchive.open(ServerConfig.of(settings).journal().directory(), first, end)) {
      ReplayResult result = RangeReplay.run(target, archive::next);
      return ReplayReport.tell(spec.commandLine().getOut(), result, format);
    }
  }

  /**
   * The destination of that name.
   *
   * @throws SettingException when no setting switches it on
   */
  static DestinationConfig destination(ForwardConfig forward, String name) {
    return forward.destinations().stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new SettingException(
                    "no setting switches the destination on: %s (configured: %s)"
                        .formatted(
                            name,
                            forward.destinations().stream()
                                .map(DestinationConfig::name)
                                .toList())));
  }

  private static long nanos(String option, String time) {
    try {
      return nanos(OffsetDateTime.parse(time).toInstant());
    } catch (DateTimeParseException e) {
      throw new SettingException(
          option + ": wrong value \"" + time + "\"; expected a time such as 2026-11-05T05:00:00Z");
    }
  }

  private static long nanos(Instant time) {
    return TimeUnit.SECONDS.toNanos(time.getEpochSecond()) + time.getNano();
  }
}
