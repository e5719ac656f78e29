// SPDX-License-Identifier: Apache-2.0
/** Keys in the bodies that an application reads, seen as it reads them. */
@NullMarked
package io.correlationstation.agent.body;

import org.jspecify.annotations.NullMarked;
