// SPDX-License-Identifier: Apache-2.0
/** What HTTP servers and clients contribute: query, path, destination. */
@NullMarked
package io.correlationstation.agent.http;

import org.jspecify.annotations.NullMarked;
