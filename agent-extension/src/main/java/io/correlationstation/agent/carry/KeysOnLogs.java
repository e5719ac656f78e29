// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;

/** Sets the keys of a log record's context on it; what the record has already stays. */
public final class KeysOnLogs implements LogRecordProcessor {

  private final Carrier carrier;

  public KeysOnLogs(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public void onEmit(Context context, ReadWriteLogRecord record) {
    try {
      setKeys(context, record);
    } catch (Throwable failure) {
      Failures.record("log", failure);
    }
  }

  private void setKeys(Context context, ReadWriteLogRecord record) {
    RequestKeys request = RequestKeys.of(context);
    Baggage baggage = Baggage.fromContext(context);
    if (request == null && baggage.isEmpty()) {
      return;
    }
    Keys keys = carrier.keys();
    for (int i = 0; i < keys.size(); i++) {
      String value = keys.valueAt(i, request, baggage);
      if (value != null && record.getAttribute(keys.get(i).attribute()) == null) {
        record.setAttribute(keys.get(i).attribute(), value);
      }
    }
  }
}
