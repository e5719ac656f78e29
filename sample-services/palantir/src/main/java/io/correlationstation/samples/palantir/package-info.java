// SPDX-License-Identifier: Apache-2.0
/**
 * Inventory service of the samples: which devices a circuit runs over, and for whom they are
 * reserved.
 *
 * <p>It knows neither correlation nor OpenTelemetry. What it shows: a service without a single line
 * of telemetry code carries the keys on, because the agent does.
 */
@NullMarked
package io.correlationstation.samples.palantir;

import org.jspecify.annotations.NullMarked;
