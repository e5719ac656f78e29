// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.http;

import io.correlationstation.agent.settings.Names;
import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds keys among {@code name=value} pairs joined by {@code &}: a query, or the body of a form.
 * Only named parameters are decoded; what is malformed is passed over.
 */
public final class QueryKeys {

  private static final int MAX_PAIRS = 256;
  private static final int MAX_NAME_LENGTH = 128;
  private static final int MAX_VALUE_LENGTH = 8192;

  private final Map<String, String> keyOfParameter;

  /** Takes the key's name by parameter name in {@link Names#loose} form. */
  public QueryKeys(Map<String, String> keyOfParameter) {
    this.keyOfParameter = keyOfParameter;
  }

  /** Calls {@code found} with key name and value for each parameter that is a key, in order. */
  public void find(String query, BiConsumer<String, String> found) {
    int start = 0;
    for (int pairs = 0; pairs < MAX_PAIRS && start < query.length(); pairs++) {
      int end = query.indexOf('&', start);
      end = end < 0 ? query.length() : end;
      pair(query, start, end, found);
      start = end + 1;
    }
  }

  private void pair(String query, int start, int end, BiConsumer<String, String> found) {
    int equals = query.indexOf('=', start);
    if (equals < 0
        || equals >= end
        || equals - start > MAX_NAME_LENGTH
        || end - equals > MAX_VALUE_LENGTH) {
      return;
    }
    String key = keyOfParameter.get(Names.loose(query.substring(start, equals)));
    if (key != null) {
      String value = decode(query.substring(equals + 1, end));
      if (value != null) {
        found.accept(key, value);
      }
    }
  }

  private static @Nullable String decode(String text) {
    if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
      return text;
    }
    try {
      return URLDecoder.decode(text, "UTF-8");
    } catch (IllegalArgumentException | UnsupportedEncodingException malformed) {
      return null;
    }
  }
}
