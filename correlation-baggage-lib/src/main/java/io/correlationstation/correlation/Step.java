// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import io.opentelemetry.context.Context;

/** One step of a {@link Workflow}, possibly with steps of its own: an INTERNAL span of its name. */
public final class Step extends Activity {

  private final Activity parent;

  Step(String workflow, String name, String spanPrefix, Activity parent, Context context) {
    super(new StateLog(workflow, name), spanPrefix + name, spanPrefix, context);
    this.parent = parent;
  }

  @Override
  public void close() {
    super.close();
    parent.stepClosed(this);
  }
}
