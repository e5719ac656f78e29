// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.journal.Signal;
import io.correlationstation.server.otlp.Rejected;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /loki/api/v1/push} as Grafana Alloy and Promtail send it, and the JSON form.
 *
 * <p>Alloy drops a batch on any 4xx but 429, so what can be read is taken, answered 204, and what
 * cannot is counted; 400 only when nothing can be read.
 */
final class LokiDialect implements Dialect {

  @Override
  public Signal signal() {
    return Signal.LOGS;
  }

  @Override
  public String transport() {
    return "loki";
  }

  @Override
  public void checkType(String contentType) {
    // as Loki: what is not JSON is taken for protobuf
  }

  /** Protobuf is always one snappy block, whether the header says so (Alloy) or not (Promtail). */
  @Override
  public List<String> codings(String contentType, @Nullable String contentEncoding) throws Refusal {
    return contentType.equals(Answer.JSON) ? Codings.parse(contentEncoding) : List.of("snappy");
  }

  @Override
  public Submission read(Delivery delivery) throws Refusal {
    LokiPush push = new LokiPush(delivery.body().length + 256, delivery.receivedNanos());
    if (delivery.contentType().equals(Answer.JSON)) {
      LokiJson.read(delivery.body(), push);
    } else {
      LokiProtobuf.read(delivery.body(), push);
    }
    if (push.entries() == 0 && push.unreadableEntries() > 0) {
      throw Refusal.badRequest("none of the entries can be read");
    }
    Frame frame =
        new Frame(
            Signal.LOGS,
            delivery.receivedNanos(),
            push.entries(),
            delivery.frameHeaders(transport()),
            push.toByteArray());
    return new Submission(frame, rejected(push.unreadableEntries()), "", true);
  }

  private static Rejected rejected(int entries) {
    return entries == 0
        ? Rejected.NONE
        : new Rejected(List.of("entries that cannot be read"), Map.of("value", entries));
  }

  @Override
  public Answer success(Delivery delivery, Outcome outcome) {
    return Answer.empty(204);
  }

  @Override
  public Answer refusal(String contentType, Refusal refusal) {
    return Answer.text(refusal.kind().httpStatus, refusal.text());
  }
}
