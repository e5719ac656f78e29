// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server.query;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which query parameters a path of the API has, by the OpenAPI document. One that is misspelt would
 * otherwise be answered with everything there is.
 */
final class QueryNames {

  private final Map<String, Set<String>> byPath = new HashMap<>();

  private QueryNames() {}

  /** Reads the document from the class path. */
  static QueryNames load() {
    QueryNames names = new QueryNames();
    try (InputStream in = QueryNames.class.getResourceAsStream("page/openapi.json")) {
      if (in == null) {
        throw new IllegalStateException("the OpenAPI document is missing");
      }
      Json.read(in).path("paths").properties().forEach(path -> names.add(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  private void add(Map.Entry<String, JsonNode> path) {
    Set<String> names = new TreeSet<>();
    for (JsonNode parameter : path.getValue().path("get").path("parameters")) {
      if (parameter.path("in").asText().equals("query")) {
        names.add(parameter.path("name").asText());
      }
    }
    byPath.put(path.getKey(), names);
  }

  /**
   * @param path as its route was registered
   * @throws BadRequest when the request has another parameter than the path has
   */
  void check(String path, Context context) {
    Set<String> known = byPath.getOrDefault(path, Set.of());
    for (String name : context.queryParamMap().keySet()) {
      if (!known.contains(name)) {
        String which = known.isEmpty() ? "none" : String.join(", ", known);
        throw new BadRequest("There is no parameter " + name + " here; there is: " + which);
      }
    }
  }
}
