// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.stitch;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/** A service that calls, or hands work to, another one. */
public record ServiceEdge(String caller, String callee) {

  static final Comparator<ServiceEdge> ORDER =
      Comparator.comparing(ServiceEdge::caller).thenComparing(ServiceEdge::callee);

  public ServiceEdge {
    requireNonNull(caller, "caller");
    requireNonNull(callee, "callee");
  }
}
