// SPDX-License-Identifier: Apache-2.0
/** What the agent extension costs the services that it runs in. */
@NullMarked
package io.correlationstation.benchmarks.agent;

import org.jspecify.annotations.NullMarked;
