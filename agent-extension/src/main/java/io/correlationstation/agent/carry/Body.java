// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The body of a request that may hold keys, while the application reads it. */
public final class Body {

  /** The shapes of bodies that keys are looked for in. */
  public enum Shape {
    JSON,
    FORM
  }

  private final Shape shape;
  private volatile @Nullable Object scan;

  private Body(Shape shape) {
    this.shape = shape;
  }

  /** Returns null when a body of that type is none of the shapes. */
  static @Nullable Body ofType(@Nullable String contentType) {
    if (contentType == null) {
      return null;
    }
    int end = contentType.indexOf(';');
    String type = (end < 0 ? contentType : contentType.substring(0, end)).trim();
    if (type.equalsIgnoreCase("application/json")
        || type.toLowerCase(Locale.ROOT).endsWith("+json")) {
      return new Body(Shape.JSON);
    }
    return type.equalsIgnoreCase("application/x-www-form-urlencoded") ? new Body(Shape.FORM) : null;
  }

  public Shape shape() {
    return shape;
  }

  /** What {@link #scan(Object)} has set, or null. */
  public @Nullable Object scan() {
    return scan;
  }

  /** Keeps how far the reading has come. */
  public void scan(Object progress) {
    scan = progress;
  }
}
