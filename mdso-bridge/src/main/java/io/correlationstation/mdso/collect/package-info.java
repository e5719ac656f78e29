// SPDX-License-Identifier: Apache-2.0
/** Collections: what is due, what was sent, jobs and schedule. */
@NullMarked
package io.correlationstation.mdso.collect;

import org.jspecify.annotations.NullMarked;
