// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.correlationstation.server.journey.Journeys;
import io.correlationstation.server.journey.Link;
import io.correlationstation.server.journey.VerdictEntry;
import io.correlationstation.server.query.HandoffDocuments.VerdictDocument;
import io.correlationstation.server.stitch.Handoff;
import io.correlationstation.server.stitch.Ruling;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Takes what persons rule on handoffs and aliases: a POST is answered when it is durable. */
final class RulingApi {

  private static final int MAX_REASON_CHARS = 2_000;
  private static final int MAX_NAME_CHARS = 200;
  private static final int MAX_VALUE_CHARS = 256;
  private static final int MAX_WAIT_SECONDS = 10;
  private static final String NOBODY = "anonymous";

  private final Journeys journeys;
  private final Rulings rulings;
  private final Clock clock = Clock.systemUTC();

  RulingApi(Journeys journeys, Rulings rulings) {
    this.journeys = journeys;
    this.rulings = rulings;
  }

  /** {@code {"verdict": "confirm" or "reject", "reason": …, "author": …}} on a handoff. */
  void verdict(Context context) {
    JsonNode body = Json.body(context);
    String id = context.pathParam("id").toLowerCase(Locale.ROOT);
    boolean confirmed = isConfirm(text(body, "verdict", MAX_NAME_CHARS));
    Link link = journeys.link(id);
    if (link == null) {
      JourneyApi.notFound(context, "No handoff has the id " + id);
      return;
    }
    Handoff standing = confirmed ? journeys.standingInsteadOf(link.handoff()) : null;
    Ruling.OnHandoff ruling =
        new Ruling.OnHandoff(
            asItStands(link),
            confirmed,
            standing,
            text(body, "reason", MAX_REASON_CHARS),
            author(context, body),
            now());
    if (taken(context, ruling)) {
      VerdictEntry entry =
          new VerdictEntry(
              ruling.confirmed(), ruling.reason(), ruling.author(), ruling.timeNanos());
      Json.answer(context, new TakenDocument(id, VerdictDocument.of(entry)));
    }
  }

  private static boolean isConfirm(String verdict) {
    return switch (verdict) {
      case "confirm" -> true;
      case "reject" -> false;
      default -> throw new BadRequest("verdict is neither confirm nor reject: " + verdict);
    };
  }

  /** What was replaced is rejected, whatever its last decision says. */
  private static Handoff asItStands(Link link) {
    Handoff handoff = link.handoff();
    return handoff.state() == link.state()
        ? handoff
        : new Handoff(
            handoff.id(),
            handoff.parent(),
            handoff.child(),
            handoff.keys(),
            handoff.confidence(),
            link.state(),
            handoff.evidence(),
            handoff.rivals(),
            handoff.delayNanos(),
            handoff.method(),
            handoff.modelVersion(),
            handoff.supersedes());
  }

  /** {@code {"key", "value", "other_key", "other_value", "reason", "author"}}: no alias. */
  void retractAlias(Context context) {
    JsonNode body = Json.body(context);
    Ruling.OnAlias ruling =
        new Ruling.OnAlias(
            key(body, "key"),
            required(body, "value"),
            key(body, "other_key"),
            required(body, "other_value"),
            text(body, "reason", MAX_REASON_CHARS),
            author(context, body),
            now());
    if (ruling.key().equals(ruling.otherKey())) {
      throw new BadRequest("key and other_key are the same: " + ruling.key());
    }
    if (taken(context, ruling)) {
      Json.answer(
          context,
          new RetractionDocument(
              ruling.key(),
              ruling.value(),
              ruling.otherKey(),
              ruling.otherValue(),
              ruling.reason(),
              ruling.author(),
              Times.format(ruling.timeNanos())));
    }
  }

  private boolean taken(Context context, Ruling ruling) {
    try {
      rulings.rule(ruling).get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
      context.status(HttpStatus.ACCEPTED);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // answered below: whoever asks should ask again, whatever the reason
    }
    context.header("Retry-After", "5");
    Json.problem(
        context, HttpStatus.SERVICE_UNAVAILABLE, "The journal does not take the ruling just now");
    return false;
  }

  private String author(Context context, JsonNode body) {
    String user = rulings.user(context);
    if (user != null) {
      return user;
    }
    String given = text(body, "author", MAX_NAME_CHARS);
    return given.isEmpty() ? NOBODY : given;
  }

  private String key(JsonNode body, String name) {
    String key = required(body, name);
    if (!journeys.keys().contains(key)) {
      throw new BadRequest(name + " is none of " + journeys.keys() + ": " + key);
    }
    return key;
  }

  private static String required(JsonNode body, String name) {
    String value = text(body, name, MAX_VALUE_CHARS);
    if (value.isEmpty()) {
      throw new BadRequest(name + " is missing");
    }
    return value;
  }

  /** A member's text without the spaces around it; empty when it is absent. */
  private static String text(JsonNode body, String name, int maxChars) {
    JsonNode value = body.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    if (!value.isTextual()) {
      throw new BadRequest(name + " is not a string");
    }
    String text = value.textValue().strip();
    if (text.length() > maxChars) {
      throw new BadRequest(name + " is longer than " + maxChars + " characters");
    }
    return text;
  }

  private long now() {
    Instant now = clock.instant();
    return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
  }

  @JsonNaming(SnakeCaseStrategy.class)
  record TakenDocument(String handoffId, VerdictDocument verdict) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record RetractionDocument(
      String key,
      String value,
      String otherKey,
      String otherValue,
      String reason,
      String author,
      String time) {}
}
