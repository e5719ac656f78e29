// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Documents of the API that belong to no resource, and what all of them share. A document is a
 * record; the names of its members are its contract.
 */
final class Documents {

  private Documents() {}

  @JsonNaming(SnakeCaseStrategy.class)
  record ListDocument<T>(List<T> items, @Nullable String nextCursor) {}

  @JsonNaming(SnakeCaseStrategy.class)
  record LookupDocument(
      List<String> circuitIds,
      List<String> journeyIds,
      @Nullable String traceId,
      @Nullable String handoffId) {}

  record ProblemDocument(String type, String title, int status, String detail) {}

  static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static List<String> lowerCase(Enum<?>[] constants) {
    return Arrays.stream(constants).map(Documents::lowerCase).toList();
  }

  static <S, T> List<T> list(List<S> source, Function<S, T> mapping) {
    return source.stream().map(mapping).toList();
  }
}
