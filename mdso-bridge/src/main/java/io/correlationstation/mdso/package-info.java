// SPDX-License-Identifier: Apache-2.0
/** What the orchestrator knows, as spans, logs, metrics and defect codes. */
@NullMarked
package io.correlationstation.mdso;

import org.jspecify.annotations.NullMarked;
