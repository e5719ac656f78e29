// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One of the identifiers that join what one order leaves behind: its baggage and attribute name and
 * its HTTP header.
 *
 * <p>Five keys are there from the start. A service with one of its own declares it as a constant,
 * before the first request:
 *
 * <pre>{@code
 * static final CorrelationKey ORDER_ID = CorrelationKey.declare("order_id", "X-Order-Id");
 * }</pre>
 *
 * <p>From then on it is read from headers and baggage like the others. Under the agent, name it in
 * {@code otel.correlation.keys} as well. Immutable; equal by name; thread-safe.
 */
public final class CorrelationKey {

  /** How many keys a process may have, the five included: each costs a look-up per request. */
  public static final int MAX_KEYS = 32;

  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,63}");

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

  private static volatile List<CorrelationKey> declared = DEFAULTS;

  private final String name;
  private final String header;

  private CorrelationKey(String name, String header) {
    this.name = name;
    this.header = header;
  }

  /**
   * Declares a key for this process, or returns the one that was declared with the same name and
   * header before.
   *
   * @param name a letter, then at most 63 letters, digits, {@code _}, {@code .} and {@code -}
   * @param header of the same form
   * @throws IllegalArgumentException if name or header have another form, or the name is declared
   *     with another header
   * @throws IllegalStateException beyond {@value #MAX_KEYS} keys
   */
  public static synchronized CorrelationKey declare(String name, String header) {
    requireForm("name", name);
    requireForm("header", header);
    for (CorrelationKey key : declared) {
      if (key.name.equals(name)) {
        if (!key.header.equalsIgnoreCase(header)) {
          throw new IllegalArgumentException(name + " has the header " + key.header + " already");
        }
        return key;
      }
    }
    if (declared.size() >= MAX_KEYS) {
      throw new IllegalStateException("more than " + MAX_KEYS + " keys: " + name);
    }
    CorrelationKey[] more = declared.toArray(new CorrelationKey[declared.size() + 1]);
    CorrelationKey key = new CorrelationKey(name, header);
    more[more.length - 1] = key;
    declared = Collections.unmodifiableList(Arrays.asList(more));
    return key;
  }

  private static void requireForm(String what, String text) {
    if (!NAME.matcher(requireNonNull(text, what)).matches()) {
      throw new IllegalArgumentException(what + " of a key is not " + NAME + ": " + text);
    }
  }

  /** All keys of this process: the five, then the declared ones in their order. */
  public static List<CorrelationKey> declared() {
    return declared;
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

  /** Whether {@link Correlation#with} would take the value; false for null. */
  public boolean accepts(@Nullable String value) {
    return value != null && KeyValue.reasonAgainst(value) == null;
  }

  @Override
  public boolean equals(@Nullable Object other) {
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
