// SPDX-License-Identifier: Apache-2.0
/**
 * Topology service of the samples: which devices and links make up a circuit.
 *
 * <p>It knows nothing of correlation. What it shows: a service that only uses opentelemetry-api
 * joins the journey through the agent alone, even when its caller dropped all trace context.
 */
@NullMarked
package io.correlationstation.samples.arda;

import org.jspecify.annotations.NullMarked;
