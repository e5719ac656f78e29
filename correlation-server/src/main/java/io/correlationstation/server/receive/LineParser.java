// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one line of a log: syslog (RFC 5424, RFC 3164, with or without priority), the format of
 * Python's logging, a leading ISO time; then JSON, whole or with inner quotes that are not escaped;
 * then the keys that the rest names. What is not understood stays in the message; nothing throws.
 *
 * <p>Times without a year get the year that puts them closest before the time of receipt, at most a
 * day after it; times without a zone are in the configured zone.
 */
final class LineParser {

  private static final Pattern PRIORITY = Pattern.compile("<(\\d|[1-9]\\d|1[0-8]\\d|19[01])>");
  private static final Pattern RFC_5424 =
      Pattern.compile("1 (\\S{1,64}) (\\S{1,255}) (\\S{1,48}) (\\S{1,128}) (\\S{1,32}) (?=-|\\[)");
  private static final Pattern RFC_3164 =
      Pattern.compile(
          "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}(\\d{1,2})"
              + " (\\d{2}:\\d{2}:\\d{2})(?: (?!\\S+:)(\\S{1,255}))? ?");
  private static final Pattern TAG = Pattern.compile("([\\w./-]{1,64})(?:\\[(\\d{1,10})])?: ?");
  private static final Pattern ISO =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2}[T ]\\d{2}:\\d{2}:\\d{2}(?:[.,]\\d{1,9})?(?:Z|[+-]\\d{2}:?\\d{2})?)"
              + "(?= |$) ?");
  private static final Pattern PYTHON = Pattern.compile("- (\\S{1,128}) - ([A-Z]{4,8}) - ");
  private static final Pattern LEVEL = Pattern.compile("\\[?([A-Z]{3,9})]? +(?:(bpprov\\.\\S+) )?");
  private static final Pattern TRACE =
      Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}");
  private static final List<String> MONTHS =
      List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");

  private final Timestamps timestamps;
  private final Instant received;

  LineParser(Timestamps timestamps, Instant received) {
    this.timestamps = timestamps;
    this.received = received;
  }

  LogLine parse(String text) {
    LogLine line = new LogLine(text);
    boolean prioritised = priority(line);
    if (!(prioritised && rfc5424(line)) && !rfc3164(line)) {
      iso(line);
    }
    NestedJson.read(line, timestamps);
    keys(line, text);
    return line;
  }

  private static boolean priority(LogLine line) {
    Matcher matcher = PRIORITY.matcher(line.message);
    if (!matcher.lookingAt()) {
      return false;
    }
    line.severityNumber = Severities.ofSyslog(Integer.parseInt(matcher.group(1)));
    line.field("syslog.priority", matcher.group(1));
    line.message = line.message.substring(matcher.end());
    return true;
  }

  private boolean rfc5424(LogLine line) {
    Matcher matcher = RFC_5424.matcher(line.message);
    if (!matcher.lookingAt()) {
      return false;
    }
    line.timeNanos = timestamps.parse(matcher.group(1));
    line.field("host.name", unlessNil(matcher.group(2)));
    line.app = matcher.group(3).equals("-") ? null : matcher.group(3);
    line.field("app", line.app);
    line.field("pid", unlessNil(matcher.group(4)));
    line.field("msgid", unlessNil(matcher.group(5)));
    int end = StructuredData.read(line.message, matcher.end(), line);
    line.message = withoutBom(line.message.substring(end).stripLeading());
    return true;
  }

  private static String unlessNil(String value) {
    return value.equals("-") ? "" : value;
  }

  private static String withoutBom(String text) {
    return text.startsWith("\ufeff") ? text.substring(1) : text;
  }

  private boolean rfc3164(LogLine line) {
    Matcher matcher = RFC_3164.matcher(line.message);
    if (!matcher.lookingAt()) {
      return false;
    }
    line.timeNanos = withoutYear(matcher.group(1), matcher.group(2), matcher.group(3));
    if (line.timeNanos == 0) {
      return false;
    }
    line.field("host.name", matcher.group(4));
    line.message = line.message.substring(matcher.end());
    tag(line);
    return true;
  }

  private static void tag(LogLine line) {
    Matcher matcher = TAG.matcher(line.message);
    if (!matcher.lookingAt()) {
      return;
    }
    String tag = matcher.group(1);
    if (TRACE.matcher(tag).matches()) {
      line.traceId = tag;
    } else {
      line.app = tag;
      line.field("app", tag);
      line.field("pid", matcher.group(2));
    }
    line.message = line.message.substring(matcher.end());
  }

  private long withoutYear(String month, String day, String time) {
    try {
      MonthDay date = MonthDay.of(MONTHS.indexOf(month) + 1, Integer.parseInt(day));
      LocalTime clock = LocalTime.parse(time);
      ZonedDateTime latest = received.atZone(timestamps.zone()).plus(1, ChronoUnit.DAYS);
      // eight years back there has been a 29 February
      for (int year = latest.getYear(); year > latest.getYear() - 9; year--) {
        if (date.isValidYear(year)) {
          ZonedDateTime at = LocalDateTime.of(date.atYear(year), clock).atZone(timestamps.zone());
          if (!at.isAfter(latest)) {
            return Timestamps.nanos(at.toInstant());
          }
        }
      }
      return 0;
    } catch (DateTimeException e) {
      return 0;
    }
  }

  private void iso(LogLine line) {
    Matcher matcher = ISO.matcher(line.message);
    if (!matcher.lookingAt()) {
      return;
    }
    line.timeNanos = timestamps.parse(matcher.group(1));
    line.message = line.message.substring(matcher.end());
    Matcher python = PYTHON.matcher(line.message);
    if (python.lookingAt()) {
      line.field("logger", python.group(1));
      line.severity(python.group(2));
      line.message = line.message.substring(python.end());
      return;
    }
    Matcher level = LEVEL.matcher(line.message);
    if (level.lookingAt() && Severities.number(level.group(1)) > 0) {
      line.severity(level.group(1));
      line.field("logger", level.group(2));
      line.message = line.message.substring(level.end());
    }
  }

  /** Keys named anywhere in the line, unless a field of that name was read. */
  private static void keys(LogLine line, String text) {
    for (Map.Entry<String, String> key : LineKeys.find(text).entrySet()) {
      if (!key.getKey().equals(LineKeys.TRACE_ID)) {
        line.field(key.getKey(), key.getValue());
      } else if (line.traceId == null) {
        line.traceId = key.getValue();
      }
    }
  }
}
