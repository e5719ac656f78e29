// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

/**
 * What a replay came to.
 *
 * @param delivered items the destination took
 * @param refused items it refused for good
 * @param left items that were not settled because the destination stopped taking anything; a later
 *     replay can take up there
 * @param reason why items were refused or left, or the empty string
 */
public record ReplayResult(long delivered, long refused, long left, String reason) {}
