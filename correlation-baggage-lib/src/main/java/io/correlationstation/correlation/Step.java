// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.context.Context;

/** One step of a {@link Workflow}, possibly with steps of its own: an INTERNAL span of its name. */
public final class Step extends Activity {

  private final Activity parent;

  Step(StateLog log, String spanName, String stepPrefix, Activity parent, Context context) {
    super(log, spanName, stepPrefix, context);
    this.parent = parent;
  }

  @Override
  void beforeAttach() {
    parent.beforeAttach();
    parent.stepOpened(this);
  }

  @Override
  public void close() {
    super.close();
    parent.stepClosed(this);
  }
}
