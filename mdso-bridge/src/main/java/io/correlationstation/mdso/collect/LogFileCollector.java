// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import io.correlationstation.mdso.errors.RuleBook;
import io.correlationstation.mdso.logs.LogFiles;
import io.correlationstation.mdso.logs.LogImport;
import io.correlationstation.mdso.telemetry.ActiveSpan;
import io.correlationstation.mdso.telemetry.BridgeMetrics;
import io.correlationstation.mdso.telemetry.SpanRecorder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what is new in the configured log files; a file that fails is counted and read later. */
final class LogFileCollector {

  private static final Logger logger = LoggerFactory.getLogger(LogFileCollector.class);

  private final List<String> paths;
  private final LogImport logImport;
  private final Checkpoint checkpoint;
  private final RuleBook rules;
  private final BridgeMetrics metrics;
  private final SpanRecorder spans;

  LogFileCollector(
      List<String> paths,
      LogImport logImport,
      Checkpoint checkpoint,
      RuleBook rules,
      BridgeMetrics metrics,
      SpanRecorder spans) {
    this.paths = paths;
    this.logImport = logImport;
    this.checkpoint = checkpoint;
    this.rules = rules;
    this.metrics = metrics;
    this.spans = spans;
  }

  void collect(String productType, Tally tally) {
    if (paths.isEmpty()) {
      return;
    }
    try (ActiveSpan span = spans.start("mdso.retrieve_product_logs")) {
      span.attribute("mdso.product_type", productType);
      long before = tally.get("logs");
      try {
        Set<Path> files = LogFiles.find(paths);
        for (LogImport.Archived each : LogImport.followRenames(files, checkpoint)) {
          spans.event("log_archived", "log.file.path", each.to().toString(), "from", each.from());
        }
        for (Path file : files) {
          if (logImport.hasNew(file, checkpoint)) {
            collect(file, productType, tally);
          }
        }
        checkpoint.keepOnly(files);
      } catch (IOException e) {
        span.fail(e);
        failed(paths.toString(), productType, tally, e);
      }
      span.attribute("mdso.log_count", tally.get("logs") - before);
    }
  }

  private void collect(Path file, String productType, Tally tally) {
    String resourceId = LogImport.planResource(file);
    String name = resourceId == null ? "mdso.collect_ra_logs" : "mdso.collect_plan_script";
    try (ActiveSpan span = spans.start(name)) {
      span.attribute("mdso.resource_id", resourceId).attribute("log.file.path", file.toString());
      try {
        long sent = logImport.read(file, checkpoint, rules.rules());
        span.attribute("mdso.log_count", sent);
        tally.add("logs", sent);
        if (sent > 0) {
          metrics.logsCollected(productType, "success", sent);
        }
      } catch (IOException e) {
        span.fail(e);
        failed(file.toString(), productType, tally, e);
      }
    }
  }

  private void failed(String what, String productType, Tally tally, IOException failure) {
    logger.warn("Log files of {} could not be collected; the next run tries again", what, failure);
    metrics.logsCollected(productType, "failed", 1);
    tally.add("failed", 1);
    tally.error("log files: " + failure);
  }
}
