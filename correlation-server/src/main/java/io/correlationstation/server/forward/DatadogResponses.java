// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import io.correlationstation.server.forward.Verdict.Outcome;
import java.time.Clock;

/**
 * The response table of Datadog's logs API.
 *
 * <pre>
 *   2xx           delivered
 *   408 429 5xx   retry for ever
 *   413           take apart
 *   401 403 404 405 407 3xx   hold: a wrong key, or the site of another region
 *   400, other 4xx            an entry is refused: bisect
 * </pre>
 */
final class DatadogResponses {

  private final Clock clock;

  DatadogResponses(Clock clock) {
    this.clock = clock;
  }

  Verdict judge(Answer answer) {
    String code = Integer.toString(answer.status());
    return switch (answer.status()) {
      case 408, 429 -> retry(answer, code);
      case 413 -> Verdict.of(Outcome.TOO_LARGE, code, answer.text());
      case 401, 403, 404, 405, 407 -> Verdict.of(Outcome.HOLD, code, answer.text());
      default ->
          switch (answer.status() / 100) {
            case 2 -> Verdict.of(Outcome.DELIVERED, code, "");
            case 4 -> Verdict.of(Outcome.POISON, code, answer.text());
            case 5 -> retry(answer, code);
            default -> Verdict.of(Outcome.HOLD, code, answer.text());
          };
    };
  }

  private Verdict retry(Answer answer, String code) {
    return Verdict.retry(code, RetryAfter.parse(answer.retryAfter(), clock), answer.text());
  }
}
