// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * One of the identifiers that join what one order leaves behind: its baggage and attribute name and
 * its HTTP header.
 *
 * <p>Immutable; equal by name.
 */
public final class CorrelationKey {

  public static final CorrelationKey CIRCUIT_ID = new CorrelationKey("circuit_id", "X-Circuit-Id");
  public static final CorrelationKey PRODUCT_ID = new CorrelationKey("product_id", "X-Product-Id");
  public static final CorrelationKey RESOURCE_ID =
      new CorrelationKey("resource_id", "X-Resource-Id");
  public static final CorrelationKey RESOURCE_TYPE_ID =
      new CorrelationKey("resource_type_id", "X-Resource-Type-Id");
  public static final CorrelationKey REQUEST_ID = new CorrelationKey("request_id", "X-Request-Id");

  /** The five keys of the product, in the order of the documentation. */
  public static final List<CorrelationKey> DEFAULTS =
      Collections.unmodifiableList(
          Arrays.asList(CIRCUIT_ID, PRODUCT_ID, RESOURCE_ID, RESOURCE_TYPE_ID, REQUEST_ID));

  private final String name;
  private final String header;

  private CorrelationKey(String name, String header) {
    this.name = name;
    this.header = header;
  }

  /**
   * Name in baggage, span attributes, log attributes and the logging MDC, such as {@code
   * circuit_id}.
   */
  public String name() {
    return name;
  }

  /** Name of the HTTP or message header, such as {@code X-Circuit-Id}. */
  public String header() {
    return header;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CorrelationKey && ((CorrelationKey) other).name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  @Override
  public String toString() {
    return name;
  }
}
