// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import io.correlationstation.server.journal.Frame;
import io.correlationstation.server.otlp.Rejected;

/**
 * A request read and sieved, ready to be stored.
 *
 * @param echo what the answer repeats: the service of the records, the type of an event; may be
 *     empty
 * @param repeatable false when the same bytes sent again would be a new event, because a time of
 *     receipt was put into them
 */
record Submission(Frame frame, Rejected rejected, String echo, boolean repeatable) {}
