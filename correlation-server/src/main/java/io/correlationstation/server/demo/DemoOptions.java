// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.demo;

import java.nio.file.Path;
import java.util.Map;

/**
 * What the demo was asked to do.
 *
 * @param home the built project
 * @param dataDir data and logs of all parts
 * @param emptyFirst whether what an earlier demo left in {@code dataDir} is deleted; only for our
 *     own default directory
 * @param wantedPorts port by flag; 0 for any free one
 * @param once end after the check instead of serving until stopped
 * @param json print the result as one JSON document
 */
public record DemoOptions(
    Path home,
    Path dataDir,
    boolean emptyFirst,
    Map<String, Integer> wantedPorts,
    boolean once,
    boolean json) {}
