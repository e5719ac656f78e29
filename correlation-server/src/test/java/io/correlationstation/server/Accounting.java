// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The books of a running server, as {@code /metrics} shows them. Every test that runs a server ends
 * with {@link #assertBalanced} on it:
 *
 * <pre>
 *   received = rejected + accepted                             for each signal and transport
 *   accepted - duplicate + the bridge's own = made durable     for each signal
 *   made durable = delivered + dead letters + filtered         for each destination that has
 *                                                              nothing pending, and signal
 *   corr_accounting_mismatch = 0, no frame lost
 * </pre>
 */
public final class Accounting {

  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Pattern LINE =
      Pattern.compile("^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? ([^ ]+)$");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
  private static final List<String> SIGNALS = List.of("traces", "logs", "metrics");

  private record Sample(String name, Map<String, String> labels, double value) {}

  private final List<Sample> samples = new ArrayList<>();

  private Accounting(String exposition) {
    exposition
        .lines()
        .map(LINE::matcher)
        .filter(Matcher::matches)
        .forEach(line -> samples.add(sample(line)));
  }

  private static Sample sample(Matcher line) {
    Map<String, String> labels = new HashMap<>();
    if (line.group(2) != null) {
      Matcher label = LABEL.matcher(line.group(2));
      while (label.find()) {
        labels.put(label.group(1), label.group(2));
      }
    }
    String value = line.group(3).replace("+Inf", "Infinity");
    return new Sample(line.group(1), labels, Double.parseDouble(value));
  }

  /**
   * @param exposition in the Prometheus text format
   */
  public static Accounting of(String exposition) {
    return new Accounting(exposition);
  }

  /** The books of the server at that address. */
  public static Accounting at(URI server) {
    HttpRequest request = HttpRequest.newBuilder(server.resolve("/metrics")).build();
    try {
      HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return new Accounting(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /**
   * Asserts that the books balance once the server has come to rest.
   *
   * @param fresh whether the server started on an empty data directory; else what its destinations
   *     deliver may be more than what it has received since
   */
  public static void assertBalanced(URI server, boolean fresh) {
    await().atMost(PATIENCE).untilAsserted(() -> at(server).assertBalanced(fresh));
  }

  /**
   * Whether the server has received something and its books balance at this moment, which they need
   * not while something is going on.
   */
  public static boolean balances(URI server, boolean fresh) {
    try {
      Accounting now = at(server);
      now.assertBalanced(fresh);
      return now.sum("corr_receiver_received_items_total") > 0;
    } catch (AssertionError | UncheckedIOException e) {
      return false;
    }
  }

  private void assertBalanced(boolean fresh) {
    for (String signal : SIGNALS) {
      for (String transport : values("corr_receiver_received_items_total", "transport")) {
        String[] labels = {"signal", signal, "transport", transport};
        assertThat(sum("corr_receiver_received_items_total", labels))
            .as("received %s by %s = rejected + accepted", signal, transport)
            .isEqualTo(
                sum("corr_receiver_rejected_items_total", labels)
                    + sum("corr_receiver_accepted_items_total", labels));
      }
      assertThat(
              sum("corr_receiver_accepted_items_total", "signal", signal)
                  - sum("corr_receiver_duplicate_items_total", "signal", signal)
                  + sum("corr_mdso_items_total", "signal", signal))
          .as("accepted and new %s = made durable", signal)
          .isEqualTo(sum("corr_wal_appended_items_total", "signal", signal, "origin", "received"));
    }
    assertThat(sum("corr_accounting_mismatch")).as("mismatch").isZero();
    assertThat(sum("corr_wal_lost_frames_total")).as("lost frames").isZero();
    for (String destination : values("corr_export_pending_items", "dest")) {
      if (sum("corr_export_pending_items", "dest", destination) == 0) {
        assertSettled(destination, fresh);
      }
    }
  }

  private void assertSettled(String destination, boolean fresh) {
    for (String signal : SIGNALS) {
      String[] labels = {"dest", destination, "signal", signal};
      double settled =
          sum("corr_export_delivered_items_total", labels)
              + sum("corr_export_dlq_items_total", labels)
              + sum("corr_export_filtered_items_total", labels);
      double durable = sum("corr_wal_appended_items_total", "signal", signal);
      if (fresh) {
        assertThat(settled).as("%s settled with %s", signal, destination).isEqualTo(durable);
      } else {
        assertThat(settled)
            .as("%s settled with %s", signal, destination)
            .isGreaterThanOrEqualTo(durable);
      }
    }
  }

  /** Sum over all series of a metric that have these labels, given as name, value, name, value. */
  public double sum(String metric, String... labels) {
    return samples.stream()
        .filter(sample -> sample.name().equals(metric))
        .filter(sample -> has(sample.labels(), labels))
        .mapToDouble(Sample::value)
        .sum();
  }

  private static boolean has(Map<String, String> labels, String[] wanted) {
    for (int i = 0; i < wanted.length; i += 2) {
      if (!wanted[i + 1].equals(labels.get(wanted[i]))) {
        return false;
      }
    }
    return true;
  }

  private Set<String> values(String metric, String label) {
    Set<String> values = new TreeSet<>();
    samples.stream()
        .filter(sample -> sample.name().equals(metric) && sample.labels().containsKey(label))
        .forEach(sample -> values.add(sample.labels().get(label)));
    return values;
  }
}
