// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.correlationstation.mdso.logs.LogLine.Level;
import io.correlationstation.mdso.logs.LogLine.Shape;
import io.correlationstation.mdso.market.Json;
import io.correlationstation.mdso.telemetry.Otlp;
import io.correlationstation.mdso.telemetry.SecretMask;
import io.correlationstation.mdso.tracelog.TraceIds;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Understands the lines that the orchestrator writes, whatever their shape; a line of no known
 * shape is kept as text with the keys that it names.
 *
 * <pre>
 *   prefix   Jan  1 00:01:06 host …     &lt;13&gt;1 2025-01-01T00:01:06Z host app pid id - …
 *   splunk   2025-01-01 00:00:00,000 - logger - INFO - message or JSON
 *   copy     traceId: { "loggerName":"…", …, "message":"{not escaped JSON}" }
 *   platform {"app":"bpocore","priority":"4","timestamp":"…","msg":"…", …}
 *   RA       2025-01-01 00:00:00,000 ERROR bpprov.&lt;providerResourceId&gt; …
 *   text     TEST LOG resource_id=… circuit_id=…
 * </pre>
 *
 * <p>Secrets are masked before anything is read. Fields keep their names; {@code circuit_name}
 * counts as {@code circuit_id} too. Nothing throws.
 */
public final class LogLineParser {

  private static final Pattern RFC_3164 =
      Pattern.compile(
          "(?:<\\d{1,3}>)?([A-Z][a-z]{2} [ \\d]\\d \\d{2}:\\d{2}:\\d{2}) (\\S++) ?+(.*+)",
          Pattern.DOTALL);
  private static final Pattern RFC_5424 =
      Pattern.compile(
          "<(\\d{1,3})>1 (\\S++) (\\S++) (\\S++) \\S++ \\S++"
              + " (?:-|(?:\\[(?:[^\\]\\\\]|\\\\.)*+\\])++) ?+(?:\ufeff)?(.*+)",
          Pattern.DOTALL);
  private static final Pattern SPLUNK =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2}[,.]\\d{1,9}) - (\\S++) - ([A-Za-z]++) -"
              + " (.*+)",
          Pattern.DOTALL);
  private static final Pattern RA =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2}[ T]\\d{2}:\\d{2}:\\d{2}(?:[,.]\\d{1,9})?Z?) (?:([A-Z]++) )?+"
              + "bpprov\\.(\\S++) ?+(.*+)",
          Pattern.DOTALL);
  private static final Pattern COPY = Pattern.compile("([^\\s:{]{1,128}): (\\{.*)", Pattern.DOTALL);
  private static final Pattern XNM_MESSAGE = Pattern.compile("<message>\\s*([^<]*?)\\s*</message>");
  private static final Pattern KEY_VALUE =
      Pattern.compile(
          "(?<![\\w.])(circuit_id|product_id|resource_id|resource_type_id|request_id|order_id|trace_id"
              + "|provider_resource_id|tid|management_ip)=(?:\"([^\"]*+)\"|([^\\s,;\"'<>)\\]}]++))");
  private static final Pattern TRACE_FORM =
      Pattern.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final String MESSAGE_FIELD = "\"message\":\"";

  private final Instant received;

  /**
   * @param received gives the year to lines that have none
   */
  public LogLineParser(Instant received) {
    this.received = received;
  }

  /** Understands one line; it may hold line breaks when several belong together. */
  public LogLine parse(String line) {
    return unprefixed(SecretMask.mask(line));
  }

  private LogLine unprefixed(String line) {
    Matcher rfc5424 = RFC_5424.matcher(line);
    if (rfc5424.matches()) {
      String priority = Integer.toString(Integer.parseInt(rfc5424.group(1)) % 8);
      return withPrefix(
          content(rfc5424.group(5)),
          LineTimes.parse(rfc5424.group(2)),
          rfc5424.group(3),
          Level.ofPriority(priority));
    }
    Matcher rfc3164 = RFC_3164.matcher(line);
    if (rfc3164.matches()) {
      return withPrefix(
          content(rfc3164.group(3)),
          LineTimes.parseRfc3164(rfc3164.group(1), received),
          rfc3164.group(2),
          null);
    }
    return content(line);
  }

  /** The prefix gives what the content does not say itself. */
  private static LogLine withPrefix(
      LogLine line, @Nullable Instant time, String host, @Nullable Level level) {
    Map<String, String> attributes = new LinkedHashMap<>(line.attributes());
    attributes.putIfAbsent("host", host);
    boolean plain = line.shape() == Shape.TEXT || line.shape() == Shape.KEY_VALUE;
    return new LogLine(
        line.shape(),
        line.time() == null ? time : line.time(),
        plain && level != null ? level : line.level(),
        plain ? Otlp.PLATFORM_SERVICE : line.service(),
        line.traceId(),
        line.body(),
        attributes);
  }

  private static LogLine content(String line) {
    Matcher splunk = SPLUNK.matcher(line);
    if (splunk.matches()) {
      return splunk(splunk);
    }
    Matcher ra = RA.matcher(line);
    if (ra.matches()) {
      return ra(ra);
    }
    Matcher copy = COPY.matcher(line);
    if (copy.matches() && line.contains("\"loggerName\"")) {
      return copy(copy.group(1), copy.group(2));
    }
    JsonNode json = object(line);
    if (json != null) {
      return platform(json, line);
    }
    return text(line);
  }

  private static LogLine splunk(Matcher line) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("loggerName", line.group(2));
    String body = line.group(4);
    JsonNode json = object(body);
    if (json == null) {
      putKeyValues(body, attributes);
    } else {
      body = putFields(json, attributes, body);
    }
    return new LogLine(
        Shape.SPLUNK,
        LineTimes.parse(line.group(1)),
        Level.named(line.group(3)),
        Otlp.SCRIPT_PLAN_SERVICE,
        planTrace(attributes),
        body,
        attributes);
  }

  private static LogLine ra(Matcher line) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("provider_resource_id", line.group(3));
    String body = line.group(4);
    Matcher message = XNM_MESSAGE.matcher(body);
    boolean failed = body.contains("<xnm:error");
    if (failed && message.find()) {
      attributes.put("message", message.group(1));
    }
    putKeyValues(body, attributes);
    Level level = line.group(2) == null ? Level.INFO : Level.named(line.group(2));
    return new LogLine(
        Shape.RA,
        LineTimes.parse(line.group(1)),
        failed && level.compareTo(Level.ERROR) < 0 ? Level.ERROR : level,
        Otlp.PLATFORM_SERVICE,
        strictTrace(attributes),
        body,
        attributes);
  }

  /**
   * The copy of an orchestration entry: the outer object is not valid JSON, as the quotes of the
   * inner one are not escaped. The inner one reaches from {@code "message":"} to the last {@code "
   * \}}.
   */
  private static LogLine copy(String traceId, String outer) {
    Map<String, String> attributes = new LinkedHashMap<>();
    int start = outer.indexOf(MESSAGE_FIELD);
    String body = outer;
    JsonNode whole = object(outer);
    if (whole != null) {
      body = putFields(whole, attributes, outer);
    } else if (start >= 0) {
      int end = outer.lastIndexOf('"');
      body =
          end > start + MESSAGE_FIELD.length() - 1
              ? outer.substring(start + MESSAGE_FIELD.length(), end)
              : outer.substring(start + MESSAGE_FIELD.length());
      JsonNode fields = object(outer.substring(0, start).replaceAll(",\\s*$", "") + "}");
      if (fields != null) {
        putFields(fields, attributes, "");
      }
    }
    JsonNode inner = object(body);
    if (inner != null) {
      body = putFields(inner, attributes, body);
    }
    attributes.putIfAbsent("trace_id", traceId);
    Instant time = LineTimes.parse(attributes.get("asciTime"));
    return new LogLine(
        Shape.SYSLOG_COPY,
        time,
        Level.named(attributes.get("levelName")),
        Otlp.SCRIPT_PLAN_SERVICE,
        planTrace(attributes),
        body,
        attributes);
  }

  private static LogLine platform(JsonNode json, String line) {
    Map<String, String> attributes = new LinkedHashMap<>();
    String body = putFields(json, attributes, line);
    copyAs(attributes, "trace_id", "mdso.trace_id");
    copyAs(attributes, "hop_id", "mdso.hop_id");
    String priority = attributes.get("priority");
    Level level =
        priority == null
            ? Level.named(first(attributes, "level", "levelName", "severity"))
            : Level.ofPriority(priority);
    return new LogLine(
        Shape.PLATFORM,
        LineTimes.parse(first(attributes, "timestamp", "asciTime", "time")),
        level,
        Otlp.PLATFORM_SERVICE,
        strictTrace(attributes),
        body,
        attributes);
  }

  private static LogLine text(String line) {
    Map<String, String> attributes = new LinkedHashMap<>();
    putKeyValues(line, attributes);
    return new LogLine(
        attributes.isEmpty() ? Shape.TEXT : Shape.KEY_VALUE,
        null,
        Level.INFO,
        Otlp.PLATFORM_SERVICE,
        strictTrace(attributes),
        line,
        attributes);
  }

  /** Adds all fields; gives the message among them, or what was asked for when there is none. */
  private static String putFields(JsonNode json, Map<String, String> attributes, String otherwise) {
    String body = otherwise;
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      JsonNode value = field.getValue();
      String text = value.isValueNode() ? value.asText() : value.toString();
      if (field.getKey().equals("message") || field.getKey().equals("msg")) {
        body = text;
      } else if (!value.isNull()) {
        attributes.put(field.getKey(), text);
      }
    }
    if (attributes.containsKey("circuit_name")) {
      attributes.putIfAbsent("circuit_id", attributes.get("circuit_name"));
    }
    return body;
  }

  private static void putKeyValues(String text, Map<String, String> attributes) {
    Matcher pairs = KEY_VALUE.matcher(text);
    while (pairs.find()) {
      String value = pairs.group(2) == null ? pairs.group(3) : pairs.group(2);
      attributes.putIfAbsent(pairs.group(1), value);
    }
  }

  private static void copyAs(Map<String, String> attributes, String name, String other) {
    String value = attributes.get(name);
    if (value != null) {
      attributes.put(other, value);
    }
  }

  private static @Nullable String first(Map<String, String> attributes, String... names) {
    for (String name : names) {
      if (attributes.get(name) != null) {
        return attributes.get(name);
      }
    }
    return null;
  }

  /** A plan's trace id may be any text, as in its trace log. */
  private static @Nullable String planTrace(Map<String, String> attributes) {
    return TraceIds.traceId(attributes.get("trace_id"));
  }

  /** Elsewhere only what looks like a trace id is one. */
  private static @Nullable String strictTrace(Map<String, String> attributes) {
    String text = attributes.get("trace_id");
    return text != null && TRACE_FORM.matcher(text).matches() ? TraceIds.traceId(text) : null;
  }

  /** Null when the text is no JSON object. */
  private static @Nullable JsonNode object(String text) {
    if (!text.startsWith("{")) {
      return null;
    }
    try {
      JsonNode json = Json.MAPPER.readTree(text);
      return json != null && json.isObject() ? json : null;
    } catch (JsonProcessingException e) {
      return null;
    }
  }
}
