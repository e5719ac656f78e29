// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.it.docker;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The names of metrics in queries, and whether the server's sources have them. */
final class ServerMetrics {

  private static final String OURS =
      "\\b((?:corr|correlation|log_records|export|mdso)_[a-z0-9_]+)\\b(?!\\s*=)";
  private static final List<String> SUFFIXES = List.of("_bucket", "_count", "_sum", "");

  private final Set<String> literals = new TreeSet<>();

  ServerMetrics() {
    literals.addAll(StackFiles.literals("correlation-server"));
    for (String literal : StackFiles.literals("mdso-bridge")) {
      literals.add(literal.replace('.', '_'));
    }
  }

  /** Names in a query that look like metrics of the server. */
  static List<String> in(String query) {
    return StackFiles.matches(OURS, query.replaceAll("\"[^\"]*\"", "\"\""));
  }

  List<String> unknown(Iterable<String> names) {
    List<String> unknown = new ArrayList<>();
    for (String name : names) {
      if (SUFFIXES.stream()
          .noneMatch(suffix -> name.endsWith(suffix) && isKnown(strip(name, suffix)))) {
        unknown.add(name);
      }
    }
    return unknown;
  }

  private static String strip(String name, String suffix) {
    return name.substring(0, name.length() - suffix.length());
  }

  /** As one literal, or as a literal prefix with the rest as another literal. */
  private boolean isKnown(String name) {
    String stem = name.endsWith("_total") ? strip(name, "_total") : name;
    if (literals.contains(name) || literals.contains(stem)) {
      return true;
    }
    return literals.stream()
        .filter(prefix -> prefix.length() > 5 && prefix.endsWith("_") && stem.startsWith(prefix))
        .anyMatch(prefix -> literals.contains(stem.substring(prefix.length())));
  }
}
