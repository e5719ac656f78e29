// SPDX-License-Identifier: Apache-2.0
/** What application classes call into once the agent has woven them. */
@NullMarked
package io.opentelemetry.javaagent.bootstrap.correlation;

import org.jspecify.annotations.NullMarked;
