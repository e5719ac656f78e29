// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;

/** Puts the keys of its context on every span that starts. */
final class KeysOnSpans implements SpanProcessor {

  @Override
  public void onStart(Context parent, ReadWriteSpan span) {
    Correlation.from(parent).forEach((key, value) -> span.setAttribute(key.name(), value));
  }

  @Override
  public boolean isStartRequired() {
    return true;
  }

  @Override
  public void onEnd(ReadableSpan span) {}

  @Override
  public boolean isEndRequired() {
    return false;
  }
}
