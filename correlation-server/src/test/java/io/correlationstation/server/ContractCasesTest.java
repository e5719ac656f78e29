// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every case in {@code contract-cases.txt} is named by a test of this module or of {@code
 * integration-tests}: in the name of its method or in its display name.
 */
class ContractCasesTest {

  private static final List<Path> SOURCES =
      List.of(Path.of("src/test/java"), Path.of("../integration-tests/src/test/java"));

  private static final String ID = "(?:JV|[RGLAYQXTKDC])-?\\d\\d";
  private static final Pattern NAME =
      Pattern.compile("void (\\w+)\\(|DisplayName\\(\\s*\"([^\"]*)\"");
  private static final Pattern CASES =
      Pattern.compile("(?<![A-Za-z0-9])((?:" + ID + ")+)(?![A-Za-z0-9])");

  @Test
  void cases_allOfThem_areNamedByATest() throws IOException {
    Set<String> named = new TreeSet<>();
    for (Path source : SOURCES) {
      try (Stream<Path> files = Files.walk(source)) {
        files.filter(file -> file.toString().endsWith(".java")).forEach(file -> add(file, named));
      }
    }

    assertThat(cases()).hasSizeGreaterThan(180);
    assertThat(named).containsAll(cases());
  }

  private static Set<String> cases() throws IOException {
    Set<String> cases = new TreeSet<>();
    try (InputStream in = ContractCasesTest.class.getResourceAsStream("contract-cases.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      text.lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(" "))
          .forEach(
              group ->
                  Stream.of(group).skip(1).forEach(number -> cases.add(group[0] + "-" + number)));
    }
    return cases;
  }

  private static void add(Path file, Set<String> named) {
    Matcher names = NAME.matcher(read(file));
    while (names.find()) {
      String name = names.group(1) == null ? names.group(2) : names.group(1).replace('_', ' ');
      Matcher cases = CASES.matcher(name.toUpperCase(Locale.ROOT));
      while (cases.find()) {
        Matcher each = Pattern.compile(ID).matcher(cases.group(1));
        while (each.find()) {
          named.add(each.group().replace("-", "").replaceFirst("(?=\\d)", "-"));
        }
      }
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
