// SPDX-License-Identifier: Apache-2.0
package io.correlationstation.correlation.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page and the Javadoc show is what compiles and runs. */
class DocumentationTest {

  private static final Path PAGE = Path.of("..", "docs", "library.md");
  private static final Path RECIPES =
      Path.of("src/test/java/io/correlationstation/correlation/docs/RecipesTest.java");
  private static final Path SOURCES = Path.of("src/main/java");
  private static final Path PREAMBLE = Path.of("src/test/resources/javadoc-preamble.txt");

  private static final Pattern CODE_ON_PAGE = Pattern.compile("(?s)```java\n(.*?)```");
  private static final Pattern RECIPE = Pattern.compile("(?s)\n *// recipe\n(.*?)\n *// end");
  private static final Pattern CODE_IN_JAVADOC =
      Pattern.compile("(?s)<pre>\\{@code\n(.*?)\n *\\* \\}</pre>");
  private static final Pattern FIELD = Pattern.compile("(?s)(?:private )?static final .*?;\n");

  @Test
  void page_everyBlockOfJava_isARecipeThatRuns() throws IOException {
    List<String> recipes = blocks(RECIPE, Files.readString(RECIPES));

    List<String> shown = blocks(CODE_ON_PAGE, Files.readString(PAGE));

    assertThat(shown).hasSizeGreaterThanOrEqualTo(10).isSubsetOf(recipes);
    assertThat(recipes).as("recipes that the page does not show").isSubsetOf(shown);
  }

  private static List<String> blocks(Pattern pattern, String text) {
    List<String> blocks = new ArrayList<>();
    for (Matcher found = pattern.matcher(text); found.find(); ) {
      blocks.add(found.group(1).stripTrailing().stripIndent());
    }
    return blocks;
  }

  @Test
  void javadoc_everyExample_compiles(@TempDir Path directory) throws IOException {
    Map<String, String> examples = examples();
    assertThat(examples).hasSizeGreaterThanOrEqualTo(10);
    List<String> files = new ArrayList<>();
    for (Map.Entry<String, String> example : examples.entrySet()) {
      Path file = directory.resolve(example.getKey() + ".java");
      Files.writeString(file, program(example.getKey(), example.getValue()));
      files.add(file.toString());
    }

    assertThat(compile(directory, files)).isEmpty();
  }

  /** Java in the Javadoc of the library, by a name that tells where it stands. */
  private static Map<String, String> examples() throws IOException {
    Map<String, String> examples = new LinkedHashMap<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
        String name = file.getFileName().toString().replace(".java", "");
        for (Matcher found = CODE_IN_JAVADOC.matcher(Files.readString(file)); found.find(); ) {
          String code = found.group(1).replaceAll("(?m)^ *\\* ?", "");
          if (!code.startsWith("<")) { // a configuration of Logback
            examples.put("ExampleOf" + name + examples.size(), code + "\n");
          }
        }
      }
    }
    return examples;
  }

  private static String program(String name, String code) throws IOException {
    Matcher fields = FIELD.matcher(code);
    String declared = fields.results().map(field -> field.group()).collect(Collectors.joining());
    String body = FIELD.matcher(code).replaceAll("");
    return Files.readString(PREAMBLE)
        .replace("$NAME", name)
        .replace("$FIELDS", declared)
        .replace("$BODY", body);
  }

  private static String compile(Path directory, List<String> files) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    List<String> options =
        List.of(
            "-proc:none",
            "-nowarn",
            "-d",
            directory.toString(),
            "-cp",
            System.getProperty("java.class.path"));
    boolean compiled =
        compiler
            .getTask(
                problems,
                null,
                null,
                options,
                null,
                compiler
                    .getStandardFileManager(null, null, null)
                    .getJavaFileObjects(files.toArray(new String[0])))
            .call();
    return compiled ? "" : problems.toString();
  }
}
