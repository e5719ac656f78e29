// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.telemetry;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code GlobalOpenTelemetry.getOrNoop()} answers, without the lock of the process that it
 * takes at each call: one read of the volatile field behind it. The method is asked under the
 * agent, which has its own ways to answer, and where the field is not what it is known to be: in
 * another version or a native image. Thread-safe.
 */
final class GlobalField {

  private static final @Nullable Field FIELD =
      CurrentTelemetry.isUnderAgent() ? null : find("globalOpenTelemetry");

  private GlobalField() {}

  /** Returns what is set now, or what does nothing while nothing is set; it sets nothing itself. */
  static OpenTelemetry read() {
    Field field = FIELD;
    if (field == null) {
      return GlobalOpenTelemetry.getOrNoop();
    }
    try {
      Object set = field.get(null);
      return set == null ? OpenTelemetry.noop() : (OpenTelemetry) set;
    } catch (IllegalAccessException | RuntimeException e) {
      return GlobalOpenTelemetry.getOrNoop();
    }
  }

  /** Null when there is no static volatile field of the name that may be read. */
  static @Nullable Field find(String name) {
    try {
      Field field = GlobalOpenTelemetry.class.getDeclaredField(name);
      int modifiers = field.getModifiers();
      if (!Modifier.isStatic(modifiers)
          || !Modifier.isVolatile(modifiers)
          || !OpenTelemetry.class.isAssignableFrom(field.getType())) {
        return null;
      }
      field.setAccessible(true);
      return field;
    } catch (NoSuchFieldException | RuntimeException e) {
      return null;
    }
  }
}
