// SPDX-License-Identifier: Apache-2.0
/** Which traces readers of the journal take up when there are more than they can do justice to. */
@NullMarked
package io.correlationstation.server.admission;

import org.jspecify.annotations.NullMarked;
