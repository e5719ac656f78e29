// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.receive;

import org.jspecify.annotations.Nullable;

/** The tenant a sender names, as Loki and Tempo take it in {@code X-Scope-OrgID}. */
final class Tenants {

  private static final int MAX_LENGTH = 150;

  private Tenants() {}

  /** The name, or null when there is none. */
  static @Nullable String check(@Nullable String tenant) throws Refusal {
    if (tenant == null || tenant.isEmpty()) {
      return null;
    }
    if (tenant.length() > MAX_LENGTH || !tenant.chars().allMatch(c -> c > 0x20 && c < 0x7f)) {
      throw Refusal.badRequest("X-Scope-OrgID is not 1 to " + MAX_LENGTH + " printable characters");
    }
    return tenant;
  }
}
