// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.mdso.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Finds log files by path, folder or glob. */
public final class LogFiles {

  private static final int MAX_DEPTH = 8;
  private static final String WILDCARDS = "*?[{";

  private LogFiles() {}

  /**
   * All regular files that the patterns name, ordered by path. What does not exist is left out.
   *
   * @throws IOException when a folder cannot be read
   */
  public static SortedSet<Path> find(List<String> patterns) throws IOException {
    SortedSet<Path> files = new TreeSet<>();
    for (String pattern : patterns) {
      int wildcard = firstWildcard(pattern);
      if (wildcard >= 0) {
        String fixed = pattern.substring(0, pattern.lastIndexOf('/', wildcard) + 1);
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        walk(Path.of(fixed), matcher::matches, files);
      } else {
        walk(Path.of(pattern), path -> true, files);
      }
    }
    return files;
  }

  private static void walk(Path base, Predicate<Path> wanted, SortedSet<Path> files)
      throws IOException {
    if (!Files.exists(base)) {
      return;
    }
    try (Stream<Path> found = Files.walk(base, MAX_DEPTH)) {
      found.filter(Files::isRegularFile).filter(wanted).forEach(files::add);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static int firstWildcard(String pattern) {
    for (int i = 0; i < pattern.length(); i++) {
      if (WILDCARDS.indexOf(pattern.charAt(i)) >= 0) {
        return i;
      }
    }
    return -1;
  }
}
