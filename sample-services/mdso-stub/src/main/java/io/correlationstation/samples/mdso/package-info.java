// SPDX-License-Identifier: Apache-2.0
/**
 * A stand-in for the orchestrator, on WireMock: tokens, the market API's resources, and plans that
 * run for seconds, write an orchestration trace and call arda back.
 *
 * <p>It drops all trace context, as the real one does: no header of a request is kept anywhere, and
 * the call back to arda is made by another thread and client that knows the circuit id only.
 */
@NullMarked
package io.correlationstation.samples.mdso;

import org.jspecify.annotations.NullMarked;
