// SPDX-License-Identifier: Apache-2.0
/** The orchestrator's API: tokens, pages, retries. */
@NullMarked
package io.correlationstation.mdso.market;

import org.jspecify.annotations.NullMarked;
