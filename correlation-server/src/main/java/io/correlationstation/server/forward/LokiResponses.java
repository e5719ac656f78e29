// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.forward.Verdict.Outcome;
import java.time.Clock;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The response table of Loki's push API, which takes the good entries of a bad request.
 *
 * <pre>
 *   260            ingestion is blocked and the data was thrown away: hold, although it is a 2xx
 *   other 2xx      delivered
 *   400            the good entries are stored, the others are gone: never send it again
 *   429            resend the same bytes, in smaller requests if it goes on
 *   408 5xx        retry for ever
 *   413            split
 *   401 403 404 405 407 3xx   hold: a setting is wrong
 *   other 4xx      an entry is refused: bisect
 * </pre>
 */
final class LokiResponses {

  private static final int INGESTION_BLOCKED = 260;
  private static final Pattern IGNORED = Pattern.compile("total ignored: (\\d{1,9}) out of");

  private final Clock clock;

  LokiResponses(Clock clock) {
    this.clock = clock;
  }

  Verdict judge(Answer answer) {
    String code = Integer.toString(answer.status());
    Duration retryAfter = RetryAfter.parse(answer.retryAfter(), clock);
    return switch (answer.status()) {
      case INGESTION_BLOCKED, 401, 403, 404, 405, 407 ->
          Verdict.of(Outcome.HOLD, code, answer.text());
      case 400 ->
          new Verdict(Outcome.PARTLY_TAKEN, code, null, ignored(answer.text()), answer.text());
      case 408 -> Verdict.retry(code, retryAfter, answer.text());
      case 413 -> Verdict.of(Outcome.TOO_LARGE, code, answer.text());
      case 429 -> new Verdict(Outcome.RETRY_SMALLER, code, retryAfter, 0, answer.text());
      default ->
          switch (answer.status() / 100) {
            case 2 -> Verdict.of(Outcome.DELIVERED, code, "");
            case 4 -> Verdict.of(Outcome.POISON, code, answer.text());
            case 5 -> Verdict.retry(code, retryAfter, answer.text());
            default -> Verdict.of(Outcome.HOLD, code, answer.text());
          };
    };
  }

  /** How many entries Loki says it dropped; 0 when it does not say. */
  private static int ignored(String text) {
    int sum = 0;
    for (Matcher m = IGNORED.matcher(text); m.find(); ) {
      sum += Integer.parseInt(m.group(1));
    }
    return sum;
  }
}
