// SPDX-License-Identifier: Apache-2.0
/** Events of the orchestrator as typed calls. */
@NullMarked
package io.correlationstation.correlation.mdso;

import org.jspecify.annotations.NullMarked;
