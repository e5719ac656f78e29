// SPDX-License-Identifier: Apache-2.0
/** The library in a Spring Boot application, configured by itself. */
@NullMarked
package io.correlationstation.spring;

import org.jspecify.annotations.NullMarked;
