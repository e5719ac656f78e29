// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.forward;

/**
 * How a destination is doing.
 *
 * @param name of the destination
 * @param state what it is at
 * @param reason the last failure as a short word ({@code 503}, {@code connect}), or the empty
 *     string when all is well
 * @param detail the destination's words about it, or the empty string
 * @param pendingFrames durable frames that it has not finished with
 */
public record DestinationStatus(
    String name, State state, String reason, String detail, long pendingFrames) {

  public enum State {
    /** Taking what it gets. */
    OK,
    /** Failing; asked again after a pause. */
    RETRYING,
    /** Refusing everything for a reason that a person has to remove; probed now and then. */
    HELD,
    /** Not running any more. */
    STOPPED
  }
}
