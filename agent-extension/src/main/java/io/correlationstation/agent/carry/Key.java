// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.correlationstation.agent.settings.KeySettings;
import io.opentelemetry.api.common.AttributeKey;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One key as the hot path wants it. Identity is its index in {@link Keys}. */
public final class Key {

  private final int index;
  private final String name;
  private final String[] headers;
  private final AttributeKey<String> attribute;
  private final String mdc;
  private final @Nullable Pattern pattern;
  private final int maxLength;
  private final KeySettings.Egress egress;

  Key(int index, KeySettings settings) {
    this.index = index;
    this.name = settings.name();
    this.headers = settings.headers().toArray(new String[0]);
    this.attribute = AttributeKey.stringKey(settings.attribute());
    this.mdc = settings.mdc();
    this.pattern = settings.pattern();
    this.maxLength = settings.maxLength();
    this.egress = settings.egress();
  }

  /** Position in {@link Keys}, from 0. */
  int index() {
    return index;
  }

  /** Name of the key and of its baggage entry. */
  public String name() {
    return name;
  }

  /** The header that is sent. */
  public String header() {
    return headers[0];
  }

  /** The headers that are accepted, best first. Not to be changed. */
  String[] headers() {
    return headers;
  }

  public AttributeKey<String> attribute() {
    return attribute;
  }

  public String mdc() {
    return mdc;
  }

  int maxLength() {
    return maxLength;
  }

  KeySettings.Egress egress() {
    return egress;
  }

  /** Returns why a value is refused, as in the attribute {@code reason} of the metrics, or null. */
  @Nullable String refusal(String value) {
    if (value.length() > maxLength) {
      return "length";
    }
    if (!isHeaderSafe(value) || (pattern != null && !pattern.matcher(value).matches())) {
      return "pattern";
    }
    return null;
  }

  /** Printable ASCII without what separates list members in headers, and not empty. */
  private static boolean isHeaderSafe(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == ',' || c == ';' || c == '"' || c == '\\') {
        return false;
      }
    }
    return !value.isEmpty();
  }

  @Override
  public String toString() {
    return name;
  }
}
