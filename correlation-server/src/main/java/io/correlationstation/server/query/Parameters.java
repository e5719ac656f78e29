// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Query parameters of one request, checked. An empty value counts as absent. */
final class Parameters {

  static final int DEFAULT_LIMIT = 100;
  static final int MAX_LIMIT = 1_000;

  private final Context context;

  Parameters(Context context) {
    this.context = context;
  }

  @Nullable String text(String name) {
    String value = context.queryParam(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  String required(String name) {
    String value = text(name);
    if (value == null) {
      throw new BadRequest(name + " is missing");
    }
    return value;
  }

  /** The values of those names that are given. */
  Map<String, String> given(List<String> names) {
    Map<String, String> given = new LinkedHashMap<>();
    for (String name : names) {
      String value = text(name);
      if (value != null) {
        given.put(name, value);
      }
    }
    return given;
  }

  /** At least 1; more than {@value #MAX_LIMIT} is {@value #MAX_LIMIT}. */
  int limit() {
    String value = text("limit");
    if (value == null) {
      return DEFAULT_LIMIT;
    }
    if (!value.matches("[0-9]+") || value.matches("0+")) {
      throw new BadRequest("limit is not a number of at least 1: " + value);
    }
    return value.length() > 4 ? MAX_LIMIT : Math.min(MAX_LIMIT, Integer.parseInt(value));
  }

  long time(String name, long absent) {
    String value = text(name);
    return value == null ? absent : Times.parse(name, value);
  }

  /** Between 0 and 1. */
  double share(String name) {
    String value = text(name);
    if (value == null) {
      return 0;
    }
    try {
      double share = Double.parseDouble(value);
      if (share >= 0 && share <= 1) {
        return share;
      }
    } catch (NumberFormatException e) {
      // falls through: the reason for the caller is the same
    }
    throw new BadRequest(name + " is not a number from 0 to 1: " + value);
  }

  /** Whether it is {@code true}; absent means false. */
  boolean flag(String name) {
    String value = text(name);
    if (value == null || value.equals("false")) {
      return false;
    }
    if (value.equals("true")) {
      return true;
    }
    throw new BadRequest(name + " is neither true nor false: " + value);
  }

  <E extends Enum<E>> @Nullable E choice(String name, Class<E> type) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(value)) {
        return constant;
      }
    }
    throw new BadRequest(
        name + " is none of " + Documents.lowerCase(type.getEnumConstants()) + ": " + value);
  }
}
