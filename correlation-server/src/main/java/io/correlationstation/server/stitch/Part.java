// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What this field holds belongs to its object alone: nothing else refers to it. A saved state has
 * it within its owner, without the number by which other objects are found again.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Part {}
