// SPDX-License-Identifier: Apache-2.0
/** Log files of the orchestrator, line by line, with secrets masked. */
@NullMarked
package io.correlationstation.mdso.logs;

import org.jspecify.annotations.NullMarked;
