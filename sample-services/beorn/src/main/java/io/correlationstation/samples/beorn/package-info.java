// SPDX-License-Identifier: Apache-2.0
/**
 * Network services API of the samples: takes orders and has the orchestrator carry them out.
 *
 * <p>What it shows: how a service uses the library. An order's keys are made current, its work is a
 * workflow with steps, and the id that the orchestrator gives it joins the keys half-way. {@link
 * io.correlationstation.samples.beorn.NetworkServices} is the class to copy from.
 */
@NullMarked
package io.correlationstation.samples.beorn;

import org.jspecify.annotations.NullMarked;
