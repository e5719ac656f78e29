// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

import com.google.protobuf.InvalidProtocolBufferException;
import io.correlationstation.server.forward.Verdict.Outcome;
import io.opentelemetry.proto.collector.trace.v1.ExportTracePartialSuccess;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The response table of OTLP over HTTP.
 *
 * <pre>
 *   2xx            delivered; a partial_success in the body says how many items were dropped
 *   408 502 503 504, other 5xx   retry for ever
 *   429            retry; a batch above the destination's burst only passes in pieces
 *   500            retry, then take the batch apart: some servers answer 500 to one bad item
 *   413            take apart
 *   401 403 404 405 407 3xx      hold: a setting is wrong
 *   400 422, other 4xx           an item is refused: bisect
 * </pre>
 */
final class OtlpResponses {

  private final Clock clock;

  OtlpResponses(Clock clock) {
    this.clock = clock;
  }

  Verdict judge(Answer answer) {
    String code = Integer.toString(answer.status());
    Duration retryAfter = RetryAfter.parse(answer.retryAfter(), clock);
    return switch (answer.status()) {
      case 429 -> new Verdict(Outcome.RETRY_SMALLER, code, retryAfter, 0, answer.text());
      case 408 -> Verdict.retry(code, retryAfter, answer.text());
      case 500 -> new Verdict(Outcome.SERVER_ERROR, code, retryAfter, 0, answer.text());
      case 413 -> Verdict.of(Outcome.TOO_LARGE, code, answer.text());
      case 401, 403, 404, 405, 407 -> Verdict.of(Outcome.HOLD, code, answer.text());
      default -> judgeByClass(answer, code, retryAfter);
    };
  }

  private static Verdict judgeByClass(Answer answer, String code, @Nullable Duration retryAfter) {
    return switch (answer.status() / 100) {
      case 2 ->
          answer.contentType().contains("protobuf")
              ? delivered(answer.body(), code)
              : Verdict.of(Outcome.DELIVERED, code, "");
      case 4 -> Verdict.of(Outcome.POISON, code, answer.text());
      case 5 -> Verdict.retry(code, retryAfter, answer.text());
      default -> Verdict.of(Outcome.HOLD, code, answer.text());
    };
  }

  /** Taken, but for the items that the response counts as rejected. */
  static Verdict delivered(byte[] response, String code) {
    try {
      // the three signals' responses are alike on the wire
      ExportTracePartialSuccess partial =
          ExportTraceServiceResponse.parseFrom(response).getPartialSuccess();
      int rejected = (int) Math.max(0, Math.min(partial.getRejectedSpans(), Integer.MAX_VALUE));
      return new Verdict(Outcome.DELIVERED, code, null, rejected, partial.getErrorMessage());
    } catch (InvalidProtocolBufferException e) {
      return Verdict.of(Outcome.DELIVERED, code + "_unreadable", "the response is not OTLP");
    }
  }
}
