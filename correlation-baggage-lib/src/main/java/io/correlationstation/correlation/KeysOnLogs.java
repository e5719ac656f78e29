// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;

/** Puts the keys of its context on every log record. */
final class KeysOnLogs implements LogRecordProcessor {

  @Override
  public void onEmit(Context context, ReadWriteLogRecord record) {
    Correlation.from(context)
        .forEach((key, value) -> record.setAttribute(AttributeKey.stringKey(key.name()), value));
  }
}
