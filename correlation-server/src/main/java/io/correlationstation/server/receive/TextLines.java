// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.correlationstation.server.otlp.LogBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Raw lines as log records, a line a record. Lines that go on from the one before (indented, or a
 * stack trace's {@code Caused by:}) stay with it; syslog frames that start with their length in
 * octets (RFC 6587) are cut by it. Bytes that are not UTF-8 become U+FFFD.
 */
final class TextLines {

  private static final Pattern OCTETS = Pattern.compile("([1-9]\\d{0,5}) (?=<\\d)");

  private final LineParser parser;
  private final long receivedNanos;
  private final @Nullable String service;
  private final Secrets secrets;
  private boolean stamped;

  TextLines(Timestamps timestamps, long receivedNanos, @Nullable String service) {
    this.receivedNanos = receivedNanos;
    this.service = service;
    this.secrets = service == null ? Secrets.KEPT : Secrets.of(service);
    this.parser = new LineParser(timestamps, Instant.ofEpochSecond(0, receivedNanos));
  }

  /** Whether a record was given the time of receipt. */
  boolean stamped() {
    return stamped;
  }

  /** Writes the records, those of one service next to each other under one resource. */
  void write(byte[] body, LogBatch batch) {
    String current = null;
    boolean open = false;
    for (String text : records(body)) {
      LogLine line = parser.parse(secrets.in(text));
      String of = service != null ? service : line.app;
      if (!open || !Objects.equals(of, current)) {
        if (open) {
          batch.closeResource();
        }
        batch.openResource();
        if (of != null) {
          batch.attribute("service.name", of);
        }
        batch.openScope("lines");
        current = of;
        open = true;
      }
      write(line, batch);
    }
    if (open) {
      batch.closeResource();
    }
  }

  private void write(LogLine line, LogBatch batch) {
    batch.openRecord(line.timeNanos == 0 ? receivedNanos : line.timeNanos, receivedNanos);
    batch.severity(line.severityNumber, line.severityText);
    batch.body(line.message);
    if (line.traceId != null) {
      batch.traceId(TraceIds.normalise(line.traceId));
    }
    line.fields.forEach(batch::attribute);
    if (line.timeNanos == 0) {
      stamped = true;
      batch.attribute(LogRecords.TIME_SOURCE, "received");
    }
    batch.closeRecord();
  }

  static List<String> records(byte[] body) {
    List<String> records = new ArrayList<>();
    int at = body.length >= 3 && new String(body, 0, 3, UTF_8).equals("\ufeff") ? 3 : 0;
    while (at < body.length) {
      int counted = octets(body, at);
      int end = counted > 0 ? counted : lineEnd(body, at);
      int start = counted > 0 ? afterCount(body, at) : at;
      add(records, new String(body, start, end - start, UTF_8).stripTrailing(), counted > 0);
      at = counted > 0 ? end : end + 1;
    }
    return records;
  }

  private static void add(List<String> records, String text, boolean framed) {
    if (text.isBlank()) {
      return;
    }
    if (!framed && !records.isEmpty() && goesOn(text)) {
      int last = records.size() - 1;
      records.set(last, records.get(last) + "\n" + text);
    } else {
      records.add(text);
    }
  }

  private static boolean goesOn(String text) {
    return Character.isWhitespace(text.charAt(0)) || text.startsWith("Caused by: ");
  }

  private static int lineEnd(byte[] body, int from) {
    int at = from;
    while (at < body.length && body[at] != '\n') {
      at++;
    }
    return at;
  }

  /** Where the frame that starts with its length ends; 0 when there is no such frame. */
  private static int octets(byte[] body, int from) {
    Matcher matcher = count(body, from);
    if (!matcher.lookingAt()) {
      return 0;
    }
    long end = from + matcher.end() + Long.parseLong(matcher.group(1));
    return end <= body.length ? (int) end : 0;
  }

  private static int afterCount(byte[] body, int from) {
    Matcher matcher = count(body, from);
    return matcher.lookingAt() ? from + matcher.end() : from;
  }

  private static Matcher count(byte[] body, int from) {
    int length = Math.min(10, body.length - from);
    return OCTETS.matcher(new String(body, from, length, UTF_8));
  }
}
