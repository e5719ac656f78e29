// SPDX-License-Identifier: Apache-2.0
/** Runs the stitcher on the journal: reads spans, writes decisions and synthetic spans. */
@NullMarked
package io.correlationstation.server.stitch.live;

import org.jspecify.annotations.NullMarked;
