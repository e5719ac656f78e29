// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.carry;

import io.correlationstation.agent.settings.KeySettings;
import io.opentelemetry.api.common.AttributeKey;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One key as the hot path wants it: at the rate of most services memory is cold when a request
 * arrives, so that each step from object to object counts. Identity is its index in {@link Keys}.
 */
public final class Key {

  private static final String[] NONE = {}; // one for all, so that it is not cold for each

  private final int index;
  private final String name;
  private final String header;
  private final String[] furtherHeaders;
  private final AttributeKey<String> attribute;
  private final String mdc;
  private final @Nullable Pattern pattern;
  private final int maxLength;
  private final KeySettings.Egress egress;

  Key(int index, KeySettings settings) {
    this.index = index;
    this.name = settings.name();
    this.header = settings.headers().get(0);
    List<String> further = settings.headers().subList(1, settings.headers().size());
    this.furtherHeaders = further.isEmpty() ? NONE : further.toArray(new String[0]);
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

  /** The header that is sent, and the best of those that are accepted. */
  public String header() {
    return header;
  }

  /** What else is accepted, best first. Not to be changed. */
  String[] furtherHeaders() {
    return furtherHeaders;
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
