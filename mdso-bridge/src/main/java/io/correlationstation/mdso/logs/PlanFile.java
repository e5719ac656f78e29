// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import io.correlationstation.mdso.logs.LogLine.Level;
import io.correlationstation.mdso.logs.LogLine.Shape;
import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.SecretMask;
import io.correlationstation.mdso.tracelog.TraceIds;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The log of one plan script. Its lines have no time, resource or operation of their own: they come
 * from the name, {@code plan-script-<resourceId>-<operation>-<time>}, and the trace id from its
 * {@code Input params}.
 */
final class PlanFile {

  private static final Pattern NAME =
      Pattern.compile(
          "plan-script-(.{1,128})-([A-Za-z]{1,32})-(\\d{4}-\\d{2}-\\d{2}T[\\d:.]{5,18}Z)(?:\\.log)?");
  private static final Pattern TRACE_PARAM =
      Pattern.compile("['\"]trace_?[iI]d['\"]\\s*:\\s*u?['\"]([^'\"]{1,128})['\"]");
  private static final Pattern EXECUTION =
      Pattern.compile("(?:Starting|Completing) execution for ([\\w.]{1,200})");
  private static final Pattern ERROR_IN = Pattern.compile("Error in ([\\w.]{1,200}),");
  private static final Pattern ELAPSED = Pattern.compile("elapsed time: (\\d{1,9}) secs");

  private final String resourceId;
  private final String operation;
  private final @Nullable Instant time;
  private final String name;
  private final @Nullable String writtenTraceId;

  private PlanFile(Matcher name, @Nullable String writtenTraceId) {
    this.resourceId = name.group(1);
    this.operation = name.group(2).toLowerCase(Locale.ROOT);
    this.time = LineTimes.parse(name.group(3));
    this.name = name.group();
    this.writtenTraceId = writtenTraceId;
  }

  /**
   * Reads a file's name and beginning.
   *
   * @param head its first lines, where the parameters of the plan are
   * @return null when the name is not that of a plan's log
   */
  static @Nullable PlanFile of(String fileName, String head) {
    Matcher name = NAME.matcher(fileName);
    if (!name.matches()) {
      return null;
    }
    Matcher trace = TRACE_PARAM.matcher(head);
    return new PlanFile(name, trace.find() ? trace.group(1) : null);
  }

  static boolean isPlanFile(String fileName) {
    return NAME.matcher(fileName).matches();
  }

  String resourceId() {
    return resourceId;
  }

  /** Understands a line, which may hold line breaks. */
  LogLine parse(String line) {
    String body = SecretMask.mask(line);
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("resource_id", resourceId);
    attributes.put("mdso.operation", operation);
    attributes.put("mdso.log_file", name);
    if (writtenTraceId != null) {
      attributes.put("mdso.trace_id", writtenTraceId);
    }
    put(attributes, "mdso.process", EXECUTION.matcher(body));
    put(attributes, "mdso.process", ERROR_IN.matcher(body));
    put(attributes, "mdso.elapsed_time", ELAPSED.matcher(body));
    boolean failed =
        body.contains("Error in ") || body.contains("Traceback (most recent call last)");
    return new LogLine(
        Shape.PLAN,
        time,
        failed ? Level.ERROR : Level.INFO,
        Otlp.SCRIPT_PLAN_SERVICE,
        TraceIds.traceId(writtenTraceId),
        body.strip(),
        attributes);
  }

  private static void put(Map<String, String> attributes, String key, Matcher matcher) {
    if (matcher.find()) {
      attributes.putIfAbsent(key, matcher.group(1));
    }
  }
}
