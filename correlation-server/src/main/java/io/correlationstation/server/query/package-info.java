// SPDX-License-Identifier: Apache-2.0
/** HTTP API, OpenAPI document, server-sent events and the page. */
@NullMarked
package io.correlationstation.server.query;

import org.jspecify.annotations.NullMarked;
