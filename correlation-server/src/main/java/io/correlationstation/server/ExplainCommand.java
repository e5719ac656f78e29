// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code station explain}: why a running server believes a handoff.
 *
 * <p>The text adds the evidence up again, so that the confidence need not be taken on trust.
 */
@Command(
    name = "explain",
    description = "Says why a handoff is believed: evidence, rivals, what persons said of it.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli fills the fields before it calls the command
final class ExplainCommand implements Callable<Integer> {

  private static final String HANDOFF_ID = "[0-9a-fA-F]{32}";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "ID", description = "32 hexadecimal digits, as in /api/handoffs")
  private String id;

  @Option(
      names = "--server",
      paramLabel = "URL",
      description = "address of the server's API; default ${DEFAULT-VALUE}",
      defaultValue = "http://127.0.0.1:8080")
  private URI server;

  @Option(
      names = "-o",
      paramLabel = "FORMAT",
      description = "json or text; default ${DEFAULT-VALUE}",
      defaultValue = "text")
  private OutputFormat format;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!id.matches(HANDOFF_ID)) {
      throw new SettingException("not the id of a handoff, 32 hexadecimal digits: " + id);
    }
    JsonNode handoff =
        ServerClient.of(server, System.getenv())
            .get("/api/handoffs/" + id.toLowerCase(Locale.ROOT));
    if (handoff == null) {
      spec.commandLine().getErr().println("station: no handoff has the id " + id);
      return Station.FINDING;
    }
    PrintWriter out = spec.commandLine().getOut();
    if (format == OutputFormat.JSON) {
      out.println(handoff.toPrettyString());
    } else {
      print(handoff, out);
    }
    out.flush();
    return Station.OK;
  }

  private static void print(JsonNode handoff, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "handoff %s: %s, confidence %.4f, by %s, model %s%n",
        handoff.path("id").asText(),
        handoff.path("state").asText(),
        handoff.path("confidence").asDouble(),
        handoff.path("method").asText(),
        handoff.path("model_version").asText());
    end(out, "from", handoff.path("parent"));
    end(out, "to", handoff.path("child"));
    out.printf(Locale.ROOT, "  delay %.1f ms%n", handoff.path("delay_ms").asDouble());
    reference(out, "replaces", handoff.path("supersedes"));
    reference(out, "replaced by", handoff.path("superseded_by"));
    evidence(out, handoff.path("evidence"));
    rivals(out, handoff.path("rivals"));
    verdicts(out, handoff.path("verdicts"));
  }

  private static void end(PrintWriter out, String label, JsonNode span) {
    out.printf(
        "  %-5s %s  %s  %s  trace %s  span %s%n",
        label,
        span.path("service").asText(),
        span.path("name").asText(),
        span.path("start").asText(),
        span.path("trace_id").asText(),
        span.path("span_id").asText());
  }

  private static void reference(PrintWriter out, String label, @Nullable JsonNode id) {
    if (id != null && id.isTextual()) {
      out.printf("  %s %s%n", label, id.asText());
    }
  }

  private static void evidence(PrintWriter out, JsonNode evidence) {
    out.printf("%nevidence%n");
    double sum = 0;
    for (JsonNode reason : evidence) {
      double weight = reason.path("weight").asDouble();
      sum += weight;
      out.printf(
          Locale.ROOT,
          "  %+9.3f  %-12s %-18s %s%n",
          weight,
          reason.path("kind").asText(),
          reason.path("key").asText(),
          reason.path("value").asText());
    }
    if (!evidence.isEmpty()) {
      out.printf(Locale.ROOT, "  %+9.3f  in all: e to that power is %.4f%n", sum, Math.exp(sum));
    }
  }

  private static void rivals(PrintWriter out, JsonNode rivals) {
    if (!rivals.isEmpty()) {
      out.printf("%nrivals%n");
    }
    for (JsonNode rival : rivals) {
      JsonNode parent = rival.path("parent");
      out.printf(
          Locale.ROOT,
          "  %9.4f  %s  %s  trace %s  span %s%n",
          rival.path("confidence").asDouble(),
          parent.path("service").asText(),
          parent.path("name").asText(),
          parent.path("trace_id").asText(),
          parent.path("span_id").asText());
    }
  }

  private static void verdicts(PrintWriter out, JsonNode verdicts) {
    if (!verdicts.isEmpty()) {
      out.printf("%nverdicts%n");
    }
    for (JsonNode verdict : verdicts) {
      out.printf(
          "  %s by %s at %s: %s%n",
          verdict.path("verdict").asText(),
          verdict.path("author").asText(),
          verdict.path("time").asText(),
          verdict.path("reason").asText());
    }
  }
}
