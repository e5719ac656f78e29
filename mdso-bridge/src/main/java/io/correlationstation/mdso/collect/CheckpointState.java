// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.collect;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.correlationstation.mdso.errors.ErrorLedger;
import io.correlationstation.mdso.logs.FilePosition;
import io.correlationstation.mdso.market.MdsoResource;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is on disk between runs, as JSON.
 *
 * @param version of this shape
 * @param products by name of the product type
 * @param traces by trace id, what was sent of them
 * @param files by path, how far log files were read
 * @param errors what was counted of what was sent; null in files of before it was kept
 */
record CheckpointState(
    int version,
    Map<String, ProductState> products,
    Map<String, SentTrace> traces,
    Map<String, FilePosition> files,
    ErrorLedger.@Nullable Saved errors) {

  static final int VERSION = 1;

  /**
   * @param watermark greatest {@code updatedAt} up to which everything was listed; null before the
   *     first whole listing
   * @param seen by resource id, those updated since the watermark less the overlap
   * @param pending by resource id, those to be looked at again though they stand still
   */
  record ProductState(
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant watermark,
      Map<String, Seen> seen,
      Map<String, Pending> pending) {}

  /** The state of a resource that needs no more work. */
  record Seen(long revision, @Nullable Instant updatedAt) {}

  /**
   * @param resource as it was listed last
   * @param notBefore when to look again, unless its revision changes
   */
  record Pending(MdsoResource resource, Instant notBefore) {}

  /**
   * @param spans ids that were sent, eight bytes each
   * @param records keys of the log records that were sent, eight bytes each
   * @param touched when something was sent last
   */
  record SentTrace(byte[] spans, byte[] records, Instant touched) {}
}
