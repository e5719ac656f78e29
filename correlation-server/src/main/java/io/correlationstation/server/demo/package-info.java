// SPDX-License-Identifier: Apache-2.0
/**
 * The main job on real telemetry: starts every part as a process of its own, drives orders, reads
 * the API.
 */
@NullMarked
package io.correlationstation.server.demo;

import org.jspecify.annotations.NullMarked;
