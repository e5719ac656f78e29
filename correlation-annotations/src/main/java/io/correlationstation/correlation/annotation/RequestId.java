// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The parameter is the request id of everything that the method does: spans, logs and outgoing
 * calls in it carry {@code request_id}. Ends with the method. Without the agent extension it does
 * nothing.
 *
 * <p>Any type whose {@code toString()} is the id; null counts as absent.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface RequestId {}
