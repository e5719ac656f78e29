// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import java.util.Locale;

/** Where a value was found, the most trusted first: an earlier source wins over a later one. */
public enum Source {
  /** The application set it for its request. */
  API,
  HEADER,
  BAGGAGE,
  ENVIRONMENT,
  QUERY,
  PATH,
  FORM,
  JSON,
  MESSAGE,
  ANNOTATION,
  JDBC,
  RESPONSE;

  static final int COUNT = values().length;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** As in the attribute {@code source} of the metrics. */
  public String label() {
    return label;
  }
}
