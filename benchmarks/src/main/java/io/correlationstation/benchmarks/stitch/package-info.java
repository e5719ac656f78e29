// SPDX-License-Identifier: Apache-2.0
/** How well and how fast traces are stitched: applications nobody tuned for, and load. */
@NullMarked
package io.correlationstation.benchmarks.stitch;

import org.jspecify.annotations.NullMarked;
