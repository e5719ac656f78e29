// SPDX-License-Identifier: Apache-2.0
/** What the MDSO bridge costs. */
@NullMarked
package io.correlationstation.benchmarks.mdso;

import org.jspecify.annotations.NullMarked;
