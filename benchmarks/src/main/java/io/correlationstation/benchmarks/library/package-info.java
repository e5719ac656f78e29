// SPDX-License-Identifier: Apache-2.0
/** What the library costs, beside what one would write by hand. */
@NullMarked
package io.correlationstation.benchmarks.library;

import org.jspecify.annotations.NullMarked;
