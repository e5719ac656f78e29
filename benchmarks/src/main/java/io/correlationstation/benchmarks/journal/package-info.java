// SPDX-License-Identifier: Apache-2.0
/** What keeping a frame costs. */
@NullMarked
package io.correlationstation.benchmarks.journal;

import org.jspecify.annotations.NullMarked;
