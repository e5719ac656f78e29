// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.agent.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A template of URL paths whose segments hold keys, such as {@code /circuits/{circuit_id}/**}:
 * {@code *} stands for one segment, {@code **} for any number of them. Immutable.
 */
public final class PathRule {

  private static final int MAX_SEGMENTS = 64;

  private final List<String> template;

  private PathRule(List<String> template) {
    this.template = template;
  }

  /** Returns null for a template that does not start with a slash or names no key. */
  static @Nullable PathRule parse(String text) {
    PathRule rule = text.startsWith("/") ? new PathRule(segments(text)) : null;
    return rule == null || rule.keys().isEmpty() ? null : rule;
  }

  /** Names of the keys in the template. */
  List<String> keys() {
    List<String> keys = new ArrayList<>();
    for (String segment : template) {
      if (isKey(segment)) {
        keys.add(keyOf(segment));
      }
    }
    return keys;
  }

  /** Calls {@code found} with key and undecoded segment for each key, if the whole path fits. */
  public void match(String path, BiConsumer<String, String> found) {
    List<String> segments = segments(path);
    if (segments.size() <= MAX_SEGMENTS && fits(segments, 0, 0, null)) {
      fits(segments, 0, 0, found);
    }
  }

  private boolean fits(
      List<String> path, int at, int in, @Nullable BiConsumer<String, String> found) {
    if (in == template.size()) {
      return at == path.size();
    }
    String expected = template.get(in);
    if (expected.equals("**")) {
      for (int skipTo = at; skipTo <= path.size(); skipTo++) {
        if (fits(path, skipTo, in + 1, null)) {
          return found == null || fits(path, skipTo, in + 1, found);
        }
      }
      return false;
    }
    if (at == path.size()
        || !(isKey(expected) || expected.equals("*") || expected.equals(path.get(at)))) {
      return false;
    }
    if (found != null && isKey(expected)) {
      found.accept(keyOf(expected), path.get(at));
    }
    return fits(path, at + 1, in + 1, found);
  }

  private static boolean isKey(String segment) {
    return segment.length() > 2 && segment.startsWith("{") && segment.endsWith("}");
  }

  private static String keyOf(String segment) {
    return segment.substring(1, segment.length() - 1);
  }

  private static List<String> segments(String path) {
    String inner = path.startsWith("/") ? path.substring(1) : path;
    return inner.isEmpty() ? Collections.emptyList() : Arrays.asList(inner.split("/", -1));
  }
}
