// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Parameters of the method that are named like a key, {@code circuitId} or {@code circuit_id}, are
 * that key while the method runs, as if they were annotated; the class has to be compiled with
 * {@code -parameters}. Without the agent extension it does nothing.
 *
 * <pre>{@code
 * @Correlated(returns = "resource_id")
 * String createResource(@CircuitId String circuit) { … }
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Correlated {

  /**
   * Name of the key that the method's return value is, for the rest of the current request; empty
   * for none.
   */
  String returns() default "";
}
