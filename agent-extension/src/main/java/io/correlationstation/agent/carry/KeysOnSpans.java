// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;

/** Sets the keys of the parent context on every span as it starts. */
public final class KeysOnSpans implements SpanProcessor {

  private final Carrier carrier;

  public KeysOnSpans(Carrier carrier) {
    this.carrier = carrier;
  }

  @Override
  public void onStart(Context parentContext, ReadWriteSpan span) {
    try {
      carrier.spanStarted(parentContext, span);
    } catch (Throwable failure) {
      Failures.record("span", failure);
    }
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
