// SPDX-License-Identifier: Apache-2.0
/**
 * What the whole server costs under load: a generator, a destination that takes everything, the
 * server as a child process between them, all on loopback.
 */
@NullMarked
package io.correlationstation.benchmarks.load;

import org.jspecify.annotations.NullMarked;
