// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The settings of one key. Immutable. */
public final class KeySettings {

  /** What becomes of a key when it leaves the process. */
  public enum Egress {
    SEND,
    DROP,
    HMAC
  }

  private final String name;
  private final List<String> headers;
  private final String attribute;
  private final String mdc;
  private final @Nullable Pattern pattern;
  private final int maxLength;
  private final Egress egress;

  KeySettings(
      String name,
      List<String> headers,
      String attribute,
      String mdc,
      @Nullable Pattern pattern,
      int maxLength,
      Egress egress) {
    this.name = name;
    this.headers = headers;
    this.attribute = attribute;
    this.mdc = mdc;
    this.pattern = pattern;
    this.maxLength = maxLength;
    this.egress = egress;
  }

  /** Name of the key and of its baggage entry. */
  public String name() {
    return name;
  }

  /** Accepted header names, at least one; the first is sent. */
  public List<String> headers() {
    return headers;
  }

  /** Name of the span and log attribute. */
  public String attribute() {
    return attribute;
  }

  /** Name in the logging MDC. */
  public String mdc() {
    return mdc;
  }

  /** What the whole value has to match beside being header-safe, or null for no more than that. */
  public @Nullable Pattern pattern() {
    return pattern;
  }

  /** Largest length of a value in characters. */
  public int maxLength() {
    return maxLength;
  }

  public Egress egress() {
    return egress;
  }
}
