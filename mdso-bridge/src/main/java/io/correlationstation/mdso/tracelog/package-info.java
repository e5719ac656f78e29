// SPDX-License-Identifier: Apache-2.0
/** Orchestration traces and how they become spans. */
@NullMarked
package io.correlationstation.mdso.tracelog;

import org.jspecify.annotations.NullMarked;
