// SPDX-License-Identifier: Apache-2.0
/** What can be set, its defaults, and what to say when it is set wrong. */
@NullMarked
package io.correlationstation.agent.settings;

import org.jspecify.annotations.NullMarked;
