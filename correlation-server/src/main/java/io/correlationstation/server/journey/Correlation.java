// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.journey;

import java.util.List;

/** The record kept for one trace: its summary and the handoffs that touch it. */
public record Correlation(Fragment fragment, List<Link> links) {}
