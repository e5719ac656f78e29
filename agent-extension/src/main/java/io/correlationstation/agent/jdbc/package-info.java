// SPDX-License-Identifier: Apache-2.0
/** Keys among the bound parameters of SQL statements, by rule. */
@NullMarked
package io.correlationstation.agent.jdbc;

import org.jspecify.annotations.NullMarked;
