// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.samples.arda;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The place a device stands in, read from its 11-character TID: town (4), state (2), building (2),
 * device (3).
 *
 * @param clli first eight characters of the TID
 */
record Site(String clli, String state, String building) {

  private static final Pattern TID = Pattern.compile("[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}[A-Z0-9]{3}");
  private static final int MAX_TIDS = 100;

  static boolean isTid(String value) {
    return TID.matcher(value).matches();
  }

  /** Throws a 400 {@link Problem} for anything that is not a TID. */
  static Site of(String tid) {
    if (!isTid(tid)) {
      throw new Problem(400, "tid is not a TID of 11 characters");
    }
    return new Site(tid.substring(0, 8), tid.substring(4, 6), tid.substring(6, 8));
  }

  /** {@code {sites:[{clli, state, building}…]}} without repetition, in the order of the TIDs. */
  static Map<String, List<Site>> of(List<String> tids) {
    if (tids.isEmpty() || tids.size() > MAX_TIDS) {
      throw new Problem(400, "tid is wanted 1 to " + MAX_TIDS + " times");
    }
    return Map.of("sites", tids.stream().map(Site::of).distinct().toList());
  }
}
