// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.traced;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a method, or all public ones of a type, an {@link Operation}: through {@link
 * TracedProxy#annotated}, or by itself on the beans of a Spring Boot application with our starter.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface Traced {

  OperationKind value();

  /**
   * Second half of the name. Empty: as {@link TracedProxy} says of the kind. On a type it is the
   * name of each of its methods.
   */
  String name() default "";
}
